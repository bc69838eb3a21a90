package storage_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

func guardDB(t *testing.T) *storage.DB {
	t.Helper()
	url := pgtest.URL(t)
	if err := storage.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func TestAttemptsGetSlower(t *testing.T) {
	db := guardDB(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	account := domain.Limit{Key: "a", Free: 2, Clears: true}
	limits := []domain.Limit{account, {Key: "b", Free: 100}}
	attempt := func(want time.Duration) {
		t.Helper()
		wait, err := db.Attempt(t.Context(), now, limits)
		if err != nil || max(wait, 0) != want {
			t.Fatalf("wait %v (%v), want %v", wait, err, want)
		}
	}
	attempt(0)
	attempt(0)
	attempt(time.Second)
	now = now.Add(500 * time.Millisecond)
	attempt(500 * time.Millisecond)
	now = now.Add(500 * time.Millisecond)
	attempt(0)
	attempt(2 * time.Second)
	if err := db.Succeed(t.Context(), limits); err != nil {
		t.Fatal(err)
	}
	attempt(0)
	attempt(0)
	attempt(time.Second)
	now = now.Add(domain.ThrottleMemory + time.Second)
	attempt(0)
	attempt(0)
	attempt(time.Second)
	if err := db.ForgetAttempts(t.Context(), now.Add(2*domain.ThrottleMemory)); err != nil {
		t.Fatal(err)
	}
	attempt(0)
}

// Attempts at the same time, also the first ones, cannot slip past the limit.
func TestAttemptsAtOnceAreCounted(t *testing.T) {
	db := guardDB(t)
	now := time.Now()
	var through atomic.Int32
	var group sync.WaitGroup
	for range 40 {
		group.Go(func() {
			wait, err := db.Attempt(t.Context(), now, []domain.Limit{{Key: "x", Free: 3}, {Key: "y", Free: 90}})
			if err != nil {
				t.Error(err)
			} else if wait <= 0 {
				through.Add(1)
			}
		})
	}
	group.Wait()
	if n := through.Load(); n != 3 {
		t.Errorf("%d attempts went through, want 3", n)
	}
}

func TestCodes(t *testing.T) {
	db := guardDB(t)
	u, err := db.CreateUser(t.Context(), domain.User{Name: "Ana", Email: "ana@exemplo.com.br", Role: domain.RoleEmployee, Active: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	save := func(code string) {
		t.Helper()
		if err := db.SaveCode(t.Context(), u.ID, []byte(code), now.Add(domain.CodeTTL), domain.Mail{Kind: domain.MailCode, UserID: u.ID, Secrets: domain.MailSecrets{Code: code}}); err != nil {
			t.Fatal(err)
		}
	}
	try := func(id int64, code string, at time.Time, use, want bool) {
		t.Helper()
		if ok, err := db.TryCode(t.Context(), id, []byte(code), at, use); err != nil || ok != want {
			t.Errorf("try %s: %v (%v), want %v", code, ok, err, want)
		}
	}
	save("one")
	try(0, "one", now, false, false)
	try(u.ID, "one", now.Add(domain.CodeTTL), false, false) // too late
	try(u.ID, "one", now, false, true)
	for range 9 {
		try(u.ID, "one", now, false, true) // looking costs nothing
	}
	try(u.ID, "one", now, true, true)
	try(u.ID, "one", now, true, false) // used
	save("two")
	try(u.ID, "one", now, true, false)
	for range domain.CodeTries - 1 {
		try(u.ID, "wrong", now, true, false)
	}
	try(u.ID, "two", now, true, false) // mistaken too often
	save("three")
	try(u.ID, "three", now, true, true)
}
