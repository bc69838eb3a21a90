package digest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/bot/clockwork"
	"chamados/bot/digest"
	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

const group, anaChat, beaChat = -100, 11, 12

// office is a desk with two technicians; it is Friday, 7:00 in Brasília.
type office struct {
	*testing.T
	db       *storage.DB
	desk     *domain.Desk
	now      time.Time
	ana, bea domain.Actor
	clocks   []*clockwork.Clock
}

func newOffice(t *testing.T, replicas int) *office {
	t.Helper()
	loc := time.FixedZone("BRT", -3*3600)
	o := &office{T: t, now: time.Date(2026, 11, 20, 7, 0, 0, 0, loc)}
	db, err := storage.Open(t.Context(), pgtest.URL(t), storage.Options{
		Now: func() time.Time { return o.now }, Log: slog.New(slog.DiscardHandler), Location: loc,
	})
	o.must(err)
	t.Cleanup(db.Close)
	o.db = db
	calendar, err := domain.NewCalendar(loc, domain.Hours{
		time.Monday: {{From: 8 * time.Hour, To: 18 * time.Hour}}, time.Friday: {{From: 8 * time.Hour, To: 18 * time.Hour}},
	}, domain.Holidays{National: true})
	o.must(err)
	o.desk = domain.NewDesk(db, nil, func() time.Time { return o.now }, domain.WithSLA(&domain.SLAPolicy{
		Calendar: calendar, Targets: map[domain.Priority]domain.Target{domain.PriorityMedium: {Resolution: time.Hour}},
	}))
	o.ana, o.bea = o.technician("Ana", anaChat), o.technician("Bea", beaChat)
	o.must(o.desk.ConnectGroup(t.Context(), domain.System, domain.Group{ChatID: group}))
	jobs := digest.Options{Calendar: calendar, Location: loc, Lang: domain.LangPortuguese}
	when, err := clockwork.Parse("0 8 * * *")
	o.must(err)
	for range replicas {
		o.clocks = append(o.clocks, clockwork.New(clockwork.Options{
			Slots: db, Tend: func(context.Context) error { return nil }, Location: loc, Now: func() time.Time { return o.now },
			Log: slog.New(slog.DiscardHandler), Jobs: []clockwork.Job{
				{Name: "grupo", When: when, Grace: time.Hour, Do: jobs.Groups}, {Name: "pessoas", When: when, Grace: time.Hour, Do: jobs.People},
			},
		}))
	}
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) technician(name string, chatID int64) domain.Actor {
	o.Helper()
	u, err := o.db.CreateUser(o.Context(), domain.User{Name: name, Email: name + "@exemplo.com", Role: domain.RoleIT, Active: true}, "")
	o.must(err)
	_, err = o.db.LinkTelegram(o.Context(), u.ID, domain.TelegramProfile{ID: chatID})
	o.must(err)
	return domain.Actor{User: u, Channel: domain.ChannelPanel}
}

// look lets all replicas look at the clock at once.
func (o *office) look() {
	var all sync.WaitGroup
	for _, c := range o.clocks {
		all.Go(func() { c.Look(o.Context()) })
	}
	all.Wait()
}

// digests returns the digests that are due in a chat.
func (o *office) digests(chatID int64) []string {
	o.Helper()
	var out []string
	for {
		d, ok, err := o.db.Outbox().Claim(o.Context(), chatID, time.Minute)
		o.must(err)
		if !ok {
			return out
		}
		o.must(o.db.Outbox().Sent(o.Context(), d, o.now.UnixNano()%1e12+int64(len(d.IDs)), []byte("x")))
		if d.Kind == domain.DeliverMessage {
			var m chat.Outgoing
			o.must(json.Unmarshal(d.Message.Payload, &m))
			out = append(out, m.Text)
		}
	}
}

func (o *office) sees(chatID int64, n int, fragments ...string) {
	o.Helper()
	got := o.digests(chatID)
	if len(got) != n {
		o.Fatalf("%d digests for %d at %s, want %d: %q", len(got), chatID, o.now, n, got)
	}
	for _, f := range fragments {
		if !strings.Contains(got[0], f) {
			o.Errorf("the digest lacks %q:\n%s", f, got[0])
		}
	}
}

func TestTheMorningDigest(t *testing.T) {
	o := newOffice(t, 3)
	o.must(o.desk.SetPreferences(t.Context(), o.bea, domain.Preferences{Quiet: true, QuietFrom: 22 * 60, QuietTo: 9 * 60}))
	for i := range 3 {
		tk, err := o.desk.Open(t.Context(), o.ana, domain.NewTicket{Title: fmt.Sprintf("caso <%d>", i), Description: "d", Category: domain.CategoryOther})
		o.must(err)
		if i < 2 {
			_, err = o.desk.Take(t.Context(), []domain.Actor{o.ana, o.bea}[i], tk.ID)
			o.must(err)
		}
	}
	o.digests(group)
	o.now = o.now.Add(time.Hour) // Friday the 20th is a holiday
	o.look()
	o.sees(group, 0)
	o.now = o.now.Add(3 * 24 * time.Hour) // Monday, 8:00
	o.look()
	o.look()
	o.sees(group, 1, "<b>3</b> em aberto", "🟡 3", "1 sem responsável", "#1 caso &lt;0&gt; · 3")
	o.sees(anaChat, 1, "Seu resumo", "<b>1</b> em aberto")
	o.sees(beaChat, 0)
	o.now = o.now.Add(time.Hour)
	o.look()
	o.sees(beaChat, 1, "Seu resumo")
	o.now = o.now.Add(4*24*time.Hour - 30*time.Minute) // Friday, 8:30: the desk was down at 8:00
	o.must(o.desk.SetPreferences(t.Context(), o.ana, domain.Preferences{}.Toggle(domain.TopicDigests)))
	o.look()
	o.sees(group, 1, "<b>3</b> com prazo estourado")
	o.sees(anaChat, 0)
}

func TestAnEmptyDigestIsNotSent(t *testing.T) {
	o := newOffice(t, 1)
	o.now = o.now.Add(73 * time.Hour)
	o.look()
	o.sees(group, 0)
	o.sees(anaChat, 0)
}
