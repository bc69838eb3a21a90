package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"chamados/domain"
)

// atOnce does all of it at the same moment and returns what came of each.
func atOnce[T any](acts ...func() T) []T {
	out := make([]T, len(acts))
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for i, act := range acts {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-begin
			out[i] = act()
		})
	}
	ready.Wait()
	close(begin)
	done.Wait()
	return out
}

// count returns how many are one of the wanted.
func count[T comparable](list []T, wanted ...T) (n int) {
	for _, x := range list {
		if slices.Contains(wanted, x) {
			n++
		}
	}
	return n
}

// Whoever is faster gets what there is one of, and the others are told so: an invitation, a personal link, an address.
func TestWhatIsThereOnceIsGotOnce(t *testing.T) {
	v := newVisitors(t)
	gil, err := v.program.desk.CreateUser(t.Context(), domain.System, domain.NewUser{Name: "Gil", Email: "gil@exemplo.com.br", Role: domain.RoleEmployee})
	v.must(err)
	invite, err := v.program.desk.Invite(t.Context(), domain.System, gil.ID, domain.InviteTelegram)
	v.must(err)
	for _, err := range atOnce(
		func() error { _, err := v.telegram.Start(zeChat, invite); return err },
		func() error { _, err := v.telegram.Start(daviChat, invite); return err },
	) {
		v.must(err)
	}
	v.handled()
	linked := 0
	for _, chat := range []int64{zeChat, daviChat} {
		for _, m := range v.chatOf(chat) {
			if strings.Contains(m.Content(), "Gil") {
				linked++
			}
		}
	}
	if linked != 1 {
		t.Errorf("%d chats are told that they are Gil's", linked)
	}

	link, err := v.program.desk.Invite(t.Context(), domain.System, gil.ID, domain.InvitePassword)
	v.must(err)
	set := func(password string) func() int {
		return func() int {
			return v.ask(anonymous, "POST", "/api/auth/set-password", "application/json", fmt.Sprintf(`{"token":%q,"new_password":%q}`, link, password)).status
		}
	}
	if got := atOnce(set("cavalo verde 81"), set("cavalo azul 82"), set("cavalo roxo 83")); count(got, http.StatusOK) != 1 {
		t.Errorf("a personal link used three times at once: %v", got)
	}

	hire := func() int {
		return v.ask(technical, "POST", "/api/usuarios", "application/json", `{"nome":"Ivo","email":"ivo@exemplo.com.br","tipo":"funcionario","senha":"cavalo verde 81"}`).status
	}
	if got := atOnce(hire, hire, hire, hire); count(got, http.StatusOK) != 1 || count(got, http.StatusOK, http.StatusBadRequest) != 4 {
		t.Errorf("an address given away four times at once: %v", got)
	}
}

// Two who are the last of IT cannot switch each other off at the same moment.
func TestITNeverSwitchesItselfOff(t *testing.T) {
	v := newVisitors(t)
	bruno, err := v.program.desk.Account(t.Context(), v.bruno.ID)
	v.must(err)
	v.tokens["bruno"], err = v.program.server.Sessions.Issue(bruno)
	v.must(err)
	off := func(who string, whom int64) func() int {
		return func() int {
			return v.ask(who, "PUT", fmt.Sprintf("/api/usuarios/%d", whom), "application/json", `{"ativo":false}`).status
		}
	}
	atOnce(off(technical, v.bruno.ID), off("bruno", v.ana.ID), off(technical, v.bruno.ID), off("bruno", v.ana.ID))
	active := true
	team, err := v.program.db.Users(t.Context(), domain.UserFilter{Role: domain.RoleIT, Active: &active})
	if err != nil || len(team) != 1 {
		t.Errorf("%d of IT are left, %v", len(team), err)
	}
}

// However many change a ticket at once, its history is one chain: each change goes on from where the one before it
// ended, and the last is what the ticket is. A comment is there if it was answered so, whoever deletes and restores
// meanwhile.
func TestHistoryIsAChain(t *testing.T) {
	v := newVisitors(t)
	b := v.belongings()
	path := fmt.Sprintf("/api/chamados/%d", b.ticket)
	var acts []func() int
	for i := range 24 {
		status := []string{"em_andamento", "aguardando", "aberto"}[i%3]
		acts = append(acts, func() int {
			return v.ask(technical, "PUT", path, "application/json", fmt.Sprintf(`{"status":%q,"prioridade":%q}`, status, []string{"alta", "baixa"}[i%2])).status
		}, func() int {
			return v.ask(owner, "POST", path+"/comentarios", "application/json", fmt.Sprintf(`{"comentario":"c%d"}`, i)).status
		})
	}
	acts = append(acts, func() int { return v.ask(technical, "DELETE", path, "", "").status })
	got := atOnce(acts...)
	v.ask(technical, "POST", path+"/restaurar", "application/json", `{}`)
	if n := count(got, http.StatusOK, http.StatusNotFound); n != len(got) {
		t.Errorf("answered %v", got)
	}
	ticket := v.ticket(b.ticket)
	written := 0
	for i := range 24 {
		if got[2*i+1] == http.StatusOK {
			written++
		}
	}
	if len(ticket.Comments) != 2+written {
		t.Errorf("%d comments, want %d", len(ticket.Comments)-2, written)
	}
	status, priority := string(domain.StatusOpen), string(domain.PriorityMedium)
	for _, e := range ticket.Events {
		for kind, at := range map[domain.EventKind]*string{domain.EventStatus: &status, domain.EventPriority: &priority} {
			if e.Kind != kind {
				continue
			}
			if e.From != *at || e.To == *at {
				raw, _ := json.Marshal(e)
				t.Errorf("from %s: %s", *at, raw)
			}
			*at = e.To
		}
	}
	if status != string(ticket.Status) || priority != string(ticket.Priority) {
		t.Errorf("the history ends with %s and %s, the ticket is %s and %s", status, priority, ticket.Status, ticket.Priority)
	}
}
