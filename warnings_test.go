package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"chamados/admin/password"
	"chamados/domain"
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
	p := NewProgram(Config{}, slog.New(slog.NewTextHandler(&log, nil)))
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

func TestSecretsInReadableFilesAreSeen(t *testing.T) {
	for text, want := range map[string]bool{
		"DB_PASSWORD=x\n": true, "DB_PASSWORD=\n": false, "telegram:\n  token: 1:a\n": true, "telegram:\n  token: \"\"\n": false, "http: {}\n": false,
	} {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := holdsSecrets(file); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:8000": false, "[::1]:8000": false, "localhost:1": false, "0.0.0.0:8000": true, ":8000": true, "10.0.0.5:80": true,
	} {
		if got := public(addr); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}
