package storage_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

func (h *house) claimed(limit int) []domain.Mail {
	h.t.Helper()
	list, err := h.Mails().ClaimMail(h.t.Context(), limit, time.Minute)
	h.must(err)
	return list
}

// whole is all that the table holds, as somebody with the database alone reads it.
func (h *house) whole(table string) string {
	h.t.Helper()
	var out string
	h.must(h.pool.QueryRow(h.t.Context(), `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t`).Scan(&out))
	return out
}

func TestMailSecretsAreSealedAndErased(t *testing.T) {
	url := pgtest.URL(t)
	h := openHouse(t, url, storage.Options{Key: []byte("the key")})
	u := h.user("ana", domain.RoleEmployee)
	code := domain.Mail{Kind: domain.MailCode, UserID: u.ID, Lang: domain.LangEnglish, Secrets: domain.MailSecrets{Code: "012345"}, ExpiresAt: h.clock.Now().Add(time.Hour)}
	h.must(h.EnqueueMail(t.Context(), code))
	if strings.Contains(h.whole("correio"), "012345") {
		t.Error("the code lies in the database in clear")
	}
	replica := openHouse(t, url, storage.Options{Key: []byte("the key")})
	got := replica.claimed(9)
	if len(got) != 1 || got[0].Secrets.Code != "012345" || got[0].UserID != u.ID || got[0].Lang != domain.LangEnglish {
		t.Fatalf("%+v", got)
	}
	h.must(replica.Mails().MailSent(t.Context(), got[0]))
	if n := h.count(`SELECT count(*) FROM correio WHERE segredos IS NULL AND erro IS NULL AND terminado_em IS NOT NULL`); n != 1 {
		t.Error("the secrets of a sent mail stay")
	}
	h.must(h.EnqueueMail(t.Context(), code, domain.Mail{Kind: domain.MailWelcome, UserID: u.ID, Secrets: domain.MailSecrets{PasswordToken: "x"}, ExpiresAt: h.clock.Now().Add(time.Hour)}))
	stranger := openHouse(t, url, storage.Options{Key: []byte("another key")})
	if got := stranger.claimed(9); len(got) != 0 {
		t.Errorf("another key reads %+v", got)
	}
	if n := h.count(`SELECT count(*) FROM correio WHERE erro LIKE '%SECRET_KEY%'`); n != 2 {
		t.Errorf("%d unreadable mails say why", n)
	}
	if n := must(t, must1(h.ReviveMails(t.Context(), "")), nil); n != 1 {
		t.Errorf("%d mails revived, want the welcome alone", n)
	}
	h.clock.Add(2 * time.Hour)
	h.must(h.ForgetMails(t.Context()))
	if n := h.count(`SELECT count(*) FROM correio WHERE segredos IS NOT NULL`); n != 0 {
		t.Error("expired secrets stay")
	}
}

func must1[T any](v T, _ error) T { return v }

func TestMailsAreClaimedOnce(t *testing.T) {
	h := newHouse(t)
	u := h.user("ana", domain.RoleEmployee)
	for range 40 {
		h.must(h.EnqueueMail(t.Context(), domain.Mail{Kind: domain.MailWelcome, UserID: u.ID}))
	}
	var mu sync.Mutex
	seen := map[int64]int{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				list, err := h.Mails().ClaimMail(t.Context(), 3, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if len(list) == 0 {
					return
				}
				mu.Lock()
				for _, m := range list {
					seen[m.IDs[0]]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(seen) != 40 {
		t.Errorf("%d of 40 mails claimed", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("mail %d was claimed %d times", id, n)
		}
	}
	h.expireLeases()
	if got := h.claimed(1); len(got) != 1 || got[0].Attempts != 1 {
		t.Errorf("after the lease: %+v", got)
	}
}

func TestMailsRetryInOrderOfUrgency(t *testing.T) {
	h := newHouse(t)
	u := h.user("ana", domain.RoleEmployee)
	h.must(h.EnqueueMail(t.Context(), domain.Mail{Kind: domain.MailWelcome, UserID: u.ID}, domain.Mail{Kind: domain.MailCode, UserID: u.ID}))
	got := h.claimed(1)
	if got[0].Kind != domain.MailCode {
		t.Errorf("first %s", got[0].Kind)
	}
	h.must(h.Mails().RetryMail(t.Context(), got[0], h.clock.Now().Add(time.Minute), true, "busy"))
	if got := h.claimed(9); len(got) != 1 || got[0].Kind != domain.MailWelcome {
		t.Errorf("%+v", got)
	}
	h.clock.Add(time.Minute)
	if got := h.claimed(9); got[0].Attempts != 1 || got[0].Kind != domain.MailCode {
		t.Errorf("%+v", got)
	}
}

func TestMailRollsBackWithItsCause(t *testing.T) {
	h := newHouse(t)
	u := h.user("ana", domain.RoleEmployee)
	boom := domain.ErrStale
	err := h.Atomically(t.Context(), func(s domain.Store) error {
		h.must(s.EnqueueMail(t.Context(), domain.Mail{Kind: domain.MailWelcome, UserID: u.ID}))
		return boom
	})
	if err != boom || len(h.claimed(9)) != 0 {
		t.Errorf("a mail of what never happened (%v)", err)
	}
}

func TestPeopleWithoutChatAreMailed(t *testing.T) {
	h := newHouse(t)
	it, ana, chatty := h.user("ti", domain.RoleIT), h.user("ana", domain.RoleEmployee), h.user("caio", domain.RoleEmployee)
	h.link(chatty, 601)
	for _, who := range []domain.Actor{ana, chatty} {
		ticket := must(t, must1(h.desk.Open(t.Context(), who, domain.NewTicket{Title: "T", Description: "d", Category: domain.CategoryOther})), nil)
		_, err := h.desk.Take(t.Context(), it, ticket.ID)
		h.must(err)
		_, err = h.desk.Comment(t.Context(), it, ticket.ID, domain.NewComment{Text: "Pronto"})
		h.must(err)
		_, err = h.desk.Comment(t.Context(), it, ticket.ID, domain.NewComment{Text: "segredo", Internal: true})
		h.must(err)
	}
	if got := h.claimed(9); len(got) != 0 {
		t.Errorf("mailed before it could be taken back: %+v", got)
	}
	h.clock.Add(domain.MailNoticeDelay)
	got := h.claimed(9)
	if len(got) != 1 || got[0].UserID != ana.ID || len(got[0].EventIDs) != 3 { // taken, begun, answered
		t.Fatalf("%+v", got)
	}
	events := must(t, must1(h.Outbox().NoticeEvents(t.Context(), got[0].EventIDs)), nil)
	for _, e := range events {
		if e.Internal {
			t.Errorf("mailed %s", e.Kind)
		}
	}
}

func TestBlockedBotFallsBackToMail(t *testing.T) {
	h := newHouse(t)
	it, ana := h.user("ti", domain.RoleIT), h.user("ana", domain.RoleEmployee)
	h.link(ana, 601)
	ticket := must(t, must1(h.desk.Open(t.Context(), ana, domain.NewTicket{Title: "T", Description: "d", Category: domain.CategoryOther})), nil)
	_, err := h.desk.Comment(t.Context(), it, ticket.ID, domain.NewComment{Text: "Pronto"})
	h.must(err)
	h.must(h.desk.ChatBlocked(t.Context(), 601, true))
	for {
		d, ok, err := h.Outbox().Claim(t.Context(), 601, time.Minute)
		h.must(err)
		if !ok {
			break
		}
		h.must(h.Outbox().Dead(t.Context(), d, "blocked"))
	}
	if got := h.claimed(9); len(got) != 1 || got[0].UserID != ana.ID || got[0].TicketID != ticket.ID {
		t.Fatalf("%+v", got)
	}
}
