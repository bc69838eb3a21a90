package storage_test

import (
	"errors"
	"testing"
	"time"

	"chamados/domain"

	"github.com/google/go-cmp/cmp"
)

func TestAccounts(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee).User
	if got := must2(h.UserByEmail(t.Context(), "ANA@exemplo.com"))(t); !cmp.Equal(got, ana) {
		t.Error(cmp.Diff(ana, got))
	}
	if _, err := h.CreateUser(t.Context(), domain.User{Name: "x", Email: "ANA@EXEMPLO.COM", Role: domain.RoleIT}, ""); !errors.Is(err, domain.ErrEmailTaken) {
		t.Errorf("second account with the address: %v", err)
	}
	noPassword := must2(h.CreateUser(t.Context(), domain.User{Name: "x", Email: "x@exemplo.com", Role: domain.RoleIT, Active: true}, ""))(t)
	if noPassword.HasPassword {
		t.Error("an empty hash is a password")
	}
	ana.Email = "x@exemplo.com"
	if _, err := h.UpdateUser(t.Context(), ana); !errors.Is(err, domain.ErrEmailTaken) {
		t.Errorf("taking an address: %v", err)
	}
	ana.Email, ana.Lang = "nova@exemplo.com", domain.LangEnglish
	got := must2(h.UpdateUser(t.Context(), ana))(t)
	if got.TokenVersion != ana.TokenVersion || got.Lang != domain.LangEnglish || got.Email != "nova@exemplo.com" {
		t.Errorf("%+v", got)
	}
}

func TestTokensGrowVoid(t *testing.T) {
	h := newHouse(t)
	u := h.user("ana", domain.RoleEmployee).User
	version := func() int32 { return must2(h.User(t.Context(), u.ID))(t).TokenVersion }
	for i, step := range []func() error{
		func() error { u.Active = false; _, err := h.UpdateUser(t.Context(), u); return err },
		func() error {
			u.Active = true
			if _, err := h.UpdateUser(t.Context(), u); err != nil {
				return err
			}
			u.Role = domain.RoleIT
			_, err := h.UpdateUser(t.Context(), u)
			return err
		},
		func() error { return h.SetPassword(t.Context(), u.ID, "novo") },
		func() error { return h.RevokeTokens(t.Context(), u.ID) },
	} {
		h.must(step())
		if got := version(); got != int32(i)+1 {
			t.Errorf("step %d: version %d", i, got)
		}
	}
	if hash := must2(h.PasswordHash(t.Context(), u.ID))(t); hash != "novo" {
		t.Errorf("hash %q", hash)
	}
}

func TestUsersByName(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"Zé", "Álvaro", "alice", "Érica", "Bruno"} {
		h.user(name, domain.RoleEmployee)
	}
	it := h.user("Carla", domain.RoleIT)
	names := func(f domain.UserFilter) []string {
		t.Helper()
		out := []string{}
		for _, u := range must2(h.Users(t.Context(), f))(t) {
			out = append(out, u.Name)
		}
		return out
	}
	want := []string{"alice", "Álvaro", "Bruno", "Carla", "Érica", "Zé"}
	if diff := cmp.Diff(want, names(domain.UserFilter{})); diff != "" {
		t.Error(diff)
	}
	var byPage []string
	f := domain.UserFilter{Limit: 2}
	for {
		page := must2(h.Users(t.Context(), f))(t)
		if len(page) == 0 {
			break
		}
		for _, u := range page {
			byPage = append(byPage, u.Name)
		}
		f.After = &page[len(page)-1]
	}
	if diff := cmp.Diff(want, byPage); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Érica"}, names(domain.UserFilter{Search: "ERI exemplo"})); diff != "" {
		t.Error(diff)
	}
	active := true
	it.Active = false
	must2(h.UpdateUser(t.Context(), it.User))(t)
	if got := names(domain.UserFilter{Role: domain.RoleIT, Active: &active}); len(got) != 0 {
		t.Error(got)
	}
}

// Two IT accounts that switch each other off at once must not both succeed.
func TestLastITStays(t *testing.T) {
	h := newHouse(t)
	a, b := h.user("a", domain.RoleIT), h.user("b", domain.RoleIT)
	off := false
	errs := make(chan error, 2)
	for _, p := range [][2]domain.Actor{{a, b}, {b, a}} {
		go func() {
			_, err := h.desk.UpdateUser(t.Context(), p[0], p[1].ID, domain.UserChange{Active: &off})
			errs <- err
		}()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) || !errors.Is(errors.Join(first, second), domain.ErrLastIT) {
		t.Errorf("%v, %v", first, second)
	}
}

func TestTelegramLinks(t *testing.T) {
	h := newHouse(t)
	ana, beto := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	link := func(a domain.Actor, id int64, want int64) {
		t.Helper()
		previous := must2(h.LinkTelegram(t.Context(), a.ID, domain.TelegramProfile{ID: id, Name: "@x", Lang: domain.LangEnglish}))(t)
		if previous != want {
			t.Errorf("previous %d, not %d", previous, want)
		}
	}
	link(ana, 100, 0)
	link(ana, 101, 100)
	link(beto, 101, 0) // moves
	if got := must2(h.User(t.Context(), ana.ID))(t); got.TelegramID != 0 || got.Lang != domain.LangEnglish {
		t.Errorf("%+v", got)
	}
	if got := must2(h.UserByTelegram(t.Context(), 101))(t); got.ID != beto.ID || got.TelegramName != "@x" {
		t.Errorf("%+v", got)
	}
	since := h.clock.Now()
	h.must(h.SetChatBlocked(t.Context(), 101, since))
	if got := must2(h.User(t.Context(), beto.ID))(t); !got.ChatBlocked.Equal(since) {
		t.Errorf("%+v", got)
	}
	if previous := must2(h.UnlinkTelegram(t.Context(), beto.ID))(t); previous != 101 {
		t.Errorf("previous %d", previous)
	}
}

func TestInvitesAreUsedOnce(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	token := must2(h.desk.Invite(t.Context(), ana, ana.ID, domain.InviteTelegram))(t)
	errs := make(chan error, 2)
	for i := range 2 {
		go func() {
			_, err := h.desk.LinkTelegram(t.Context(), token, domain.TelegramProfile{ID: int64(100 + i)})
			errs <- err
		}()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) || !errors.Is(errors.Join(first, second), domain.ErrInviteUsed) {
		t.Errorf("%v, %v", first, second)
	}
	if _, err := h.desk.LinkTelegram(t.Context(), "unknown", domain.TelegramProfile{ID: 5}); !errors.Is(err, domain.ErrInviteUnknown) {
		t.Error(err)
	}
	late := must2(h.desk.Invite(t.Context(), ana, ana.ID, domain.InviteTelegram))(t)
	h.clock.Add(8 * 24 * time.Hour)
	if _, err := h.desk.LinkTelegram(t.Context(), late, domain.TelegramProfile{ID: 5}); !errors.Is(err, domain.ErrInviteExpired) {
		t.Error(err)
	}
}

// A link that was sent earlier, and perhaps went astray, is of no use once its person has used another.
func TestUsingAnInviteSpendsTheOthers(t *testing.T) {
	h := newHouse(t)
	ana, beto := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleEmployee)
	invite := func(a domain.Actor, kind domain.InviteKind) string {
		return must2(h.desk.Invite(t.Context(), a, a.ID, kind))(t)
	}
	astray, used := invite(ana, domain.InviteTelegram), invite(ana, domain.InviteTelegram)
	password, other := invite(ana, domain.InvitePassword), invite(beto, domain.InviteTelegram)
	link := func(token string, id int64) error {
		_, err := h.desk.LinkTelegram(t.Context(), token, domain.TelegramProfile{ID: id})
		return err
	}
	if err := link(used, 100); err != nil {
		t.Fatal(err)
	}
	if err := link(astray, 666); !errors.Is(err, domain.ErrInviteUsed) {
		t.Errorf("the link that went astray: %v", err)
	}
	if err := link(other, 101); err != nil {
		t.Errorf("somebody else's link: %v", err)
	}
	if _, err := h.desk.InvitedAccount(t.Context(), password, domain.InvitePassword); err != nil {
		t.Errorf("the link of another kind: %v", err)
	}
}
