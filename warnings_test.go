package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"chamados/admin/password"
	"chamados/domain"
	"chamados/internal/config"
	"chamados/storage"
	"chamados/storage/pgtest"
)

func TestBornPasswordIsWarnedAbout(t *testing.T) {
	db, err := storage.Open(t.Context(), pgtest.URL(t), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	hasher, err := password.New(bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	p := NewProgram(config.Config{}, slog.New(slog.NewTextHandler(&log, nil)))
	p.db, p.desk = db, domain.NewDesk(db, hasher, p.now)
	for email, secret := range map[string]string{
		"admin@exemplo.com.br": "admin123", "ti@exemplo.com.br": "uma-boa-senha", "eva@exemplo.com.br": "senha123",
	} {
		hash, err := hasher.Hash(secret)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.CreateUser(t.Context(), domain.User{Name: "X", Email: email, Role: domain.RoleIT, Active: true, CreatedAt: p.now(), UpdatedAt: p.now()}, hash); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.warnOfPasswords(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); strings.Count(got, "well-known") != 1 || !strings.Contains(got, "admin@exemplo.com.br") || strings.Contains(got, "admin123") {
		t.Errorf("log: %s", got)
	}
}
