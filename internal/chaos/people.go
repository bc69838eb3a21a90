package main

import (
	"context"
	"fmt"

	"chamados/admin/session"
	"chamados/domain"
)

// The people of every scenario: technicians have the low ids, each employee has one ticket, which the
// technician of the same remainder looks after.
const (
	technicians = 12
	employees   = 36
	firstWorker = 101
	unlinked    = 4 // employees without Telegram, who are told by mail
	firstRemote = 201
	group       = -1000001 // a basic one, which can migrate

	secret   = "chaos-secret-chaos-secret-chaos-secret"
	botToken = "100000001:chaos-emulator-only"
)

type person struct{ id int64 }

func everybody() []person {
	var out []person
	for i := range int64(technicians) {
		out = append(out, person{1 + i})
	}
	for i := range employees {
		out = append(out, employee(i))
	}
	for i := range unlinked {
		out = append(out, remote(i))
	}
	return out
}

func employee(n int) person { return person{firstWorker + int64(n)} }

func remote(n int) person { return person{firstRemote + int64(n)} }

// technicianOf returns who looks after the ticket of an employee.
func technicianOf(n int) person { return person{1 + int64(n%technicians)} }

func (p person) isIT() bool      { return p.id < firstWorker }
func (p person) isRemote() bool  { return p.id >= firstRemote }
func (p person) telegram() int64 { return 7000 + p.id }
func (p person) name() string    { return fmt.Sprintf("Pessoa %d", p.id) }
func (p person) email() string   { return fmt.Sprintf("pessoa%d@exemplo.com.br", p.id) }

func (p person) role() domain.Role {
	if p.isIT() {
		return domain.RoleIT
	}
	return domain.RoleEmployee
}

// noAccounts satisfies session.New: the suite only issues.
type noAccounts struct{}

func (noAccounts) Account(context.Context, int64) (domain.User, error) {
	return domain.User{}, domain.ErrUserNotFound
}

// tokens returns a bearer token for each person, as a login would.
func tokens() (map[int64]string, error) {
	keeper, err := session.New(session.Options{Secret: []byte(secret), Accounts: noAccounts{}})
	if err != nil {
		return nil, err
	}
	out := map[int64]string{}
	for _, p := range everybody() {
		if out[p.id], err = keeper.Issue(domain.User{ID: p.id, Role: p.role(), Active: true}); err != nil {
			return nil, err
		}
	}
	return out, nil
}
