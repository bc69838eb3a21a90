package digest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/bot/clockwork"
	"chamados/bot/digest"
	"chamados/domain"
	"chamados/internal/chart"
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
	jobs     digest.Options
	killed   func(ctx context.Context) error // if set, called at the end of the first replica's work on a slot
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
	o.jobs = digest.Options{Desk: o.desk, Calendar: calendar, Location: loc, Lang: domain.LangPortuguese}
	for i := range replicas {
		o.clocks = append(o.clocks, o.clock(i == 0))
	}
	return o
}

// clock is one replica; a mortal one dies when killed says so.
func (o *office) clock(mortal bool) *clockwork.Clock {
	o.Helper()
	daily, err := clockwork.Parse("0 8 * * *")
	o.must(err)
	weekly, err := clockwork.Parse("10 8 * * 1")
	o.must(err)
	do := func(work func(context.Context, domain.Tx, time.Time) error) func(context.Context, domain.Tx, time.Time) error {
		return func(ctx context.Context, tx domain.Tx, slot time.Time) error {
			if err := work(ctx, tx, slot); err != nil || o.killed == nil || !mortal {
				return err
			}
			return o.killed(ctx)
		}
	}
	return clockwork.New(clockwork.Options{
		Slots: o.db, Tend: func(context.Context) error { return nil }, Location: o.jobs.Location, Now: func() time.Time { return o.now },
		Log: slog.New(slog.DiscardHandler), More: o.jobs.People(o.db, daily, time.Hour), Jobs: []clockwork.Job{
			{Name: "grupo", When: daily, Grace: time.Hour, Do: do(o.jobs.Groups)}, {Name: "semana", When: weekly, Grace: time.Hour, Do: do(o.jobs.Weekly)},
		},
	})
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

// digests returns the texts of the digests that are due in a chat.
func (o *office) digests(chatID int64) []string {
	o.Helper()
	var out []string
	for _, m := range o.messages(chatID) {
		out = append(out, m.Text)
	}
	return out
}

func (o *office) messages(chatID int64) []chat.Outgoing {
	o.Helper()
	var out []chat.Outgoing
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
			out = append(out, m)
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
	o.sees(group, 1, "Semana de 16/11 a 22/11")
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

// Everybody has the digest when they want it: at the hour they chose, which begins to count when they choose it.
func TestADigestAtOnesOwnHour(t *testing.T) {
	o := newOffice(t, 2)
	for range 2 {
		tk, err := o.desk.Open(t.Context(), o.bea, domain.NewTicket{Title: "caso", Description: "d", Category: domain.CategoryOther})
		o.must(err)
		_, err = o.desk.Take(t.Context(), o.ana, tk.ID)
		o.must(err)
	}
	o.now = o.now.Add(74 * time.Hour) // Monday, 9:00, after the usual hour
	o.digests(anaChat)
	o.must(o.desk.SetPreferences(t.Context(), o.ana, domain.Preferences{OwnHour: true, DigestAt: 8*60 + 30}))
	o.look()
	o.sees(anaChat, 0) // today's half past eight was not hers
	o.must(o.desk.SetPreferences(t.Context(), o.ana, domain.Preferences{OwnHour: true, DigestAt: 13*60 + 45}))
	for range 12 * 60 {
		o.now = o.now.Add(time.Minute)
		o.look()
		if o.now.Hour() == 13 && o.now.Minute() == 45 {
			o.sees(anaChat, 1, "Seu resumo", "<b>2</b> em aberto")
		}
	}
	o.sees(anaChat, 0)
}

// A replica that dies in the middle of a digest leaves nothing behind; one that waited does it, once.
func TestAReplicaDiesInTheMiddleOfADigest(t *testing.T) {
	o := newOffice(t, 3)
	_, err := o.desk.Open(t.Context(), o.ana, domain.NewTicket{Title: "caso", Description: "d", Category: domain.CategoryOther})
	o.must(err)
	o.now = o.now.Add(73*time.Hour + 10*time.Minute) // Monday, 8:10: two jobs are due
	o.digests(group)
	mortal, die := context.WithCancel(t.Context())
	inside := make(chan struct{})
	o.killed = func(ctx context.Context) error {
		close(inside)
		<-ctx.Done()
		return ctx.Err()
	}
	var all sync.WaitGroup
	all.Go(func() { o.clocks[0].Look(mortal) })
	<-inside
	for _, c := range o.clocks[1:] {
		all.Go(func() { c.Look(t.Context()) }) // they wait for the outcome of the first
	}
	o.sees(group, 0)
	die()
	all.Wait()
	o.sees(group, 2, "Resumo da TI")
	o.look()
	o.sees(group, 0)
}

// The last whole week goes to the group as a picture with a caption, on the next working day if it must.
func TestTheWeekAsAPicture(t *testing.T) {
	o := newOffice(t, 2)
	for range 3 {
		_, err := o.desk.Open(t.Context(), o.ana, domain.NewTicket{Title: "caso", Description: "d", Category: domain.CategoryOther})
		o.must(err)
	}
	o.now = o.now.Add(73*time.Hour + 11*time.Minute)
	o.digests(group)
	o.look()
	week := o.messages(group)
	if len(week) != 2 || week[1].Photo == nil {
		t.Fatalf("%d messages", len(week))
	}
	img, err := png.DecodeConfig(bytes.NewReader(week[1].Photo))
	if err != nil || img.Width != chart.ReportWidth {
		t.Errorf("no picture: %v", err)
	}
	for _, want := range []string{"Semana de 16/11 a 22/11", "<b>3</b> abertos (antes 0)"} {
		if !strings.Contains(week[1].Text, want) {
			t.Errorf("%q is not in %s", want, week[1].Text)
		}
	}
	o.now = time.Date(2026, 12, 28, 8, 10, 0, 0, o.now.Location())
	o.look()
	o.sees(group, 2, "<b>3</b> em aberto")
}
