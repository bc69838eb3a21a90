package clockwork_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"chamados/bot/clockwork"
	"chamados/bot/digest"
	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

const monthGroup = -100

// month is a desk whose weeks pass in seconds, with every message that it sends.
type month struct {
	*testing.T
	db      *storage.DB
	desk    *domain.Desk
	loc     *time.Location
	now     time.Time
	rnd     *rand.Rand
	clocks  []*clockwork.Clock
	people  []domain.Actor // by chat: 1000 + index
	prefs   map[int64]domain.Preferences
	tickets []int64
	sent    map[string]int // what was told to which lane
	total   int
}

const leadAddress = "p0@exemplo.com"

func newMonth(t *testing.T, replicas int) *month {
	t.Helper()
	loc, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	m := &month{
		T: t, loc: loc, now: time.Date(2026, 11, 1, 6, 0, 0, 0, loc), rnd: rand.New(rand.NewPCG(6, 6)),
		prefs: map[int64]domain.Preferences{}, sent: map[string]int{},
	}
	clock := func() time.Time { return m.now }
	m.db, err = storage.Open(t.Context(), pgtest.URL(t), storage.Options{
		Now: clock, Log: slog.New(slog.DiscardHandler), Location: loc, Gather: 2 * time.Second,
	})
	m.must(err)
	t.Cleanup(m.db.Close)
	hours := domain.Hours{}
	for d := time.Monday; d <= time.Friday; d++ {
		hours[d] = []domain.Window{{From: 8 * time.Hour, To: 12 * time.Hour}, {From: 13 * time.Hour, To: 18 * time.Hour}}
	}
	calendar, err := domain.NewCalendar(loc, hours, domain.Holidays{National: true})
	m.must(err)
	m.desk = domain.NewDesk(m.db, nil, clock, domain.WithLead(leadAddress),
		domain.WithSLA(&domain.SLAPolicy{Calendar: calendar, WarnAt: 80, Targets: map[domain.Priority]domain.Target{
			domain.PriorityUrgent: {Response: time.Hour, Resolution: 4 * time.Hour}, domain.PriorityMedium: {Response: 4 * time.Hour, Resolution: 18 * time.Hour},
		}}),
		domain.WithCare(&domain.CarePolicy{Calendar: calendar, CloseAfter: 3, CloseReminder: 1, WaitingDays: 1, UrgentEvery: time.Hour}))
	m.staff()
	jobs := digest.Options{Desk: m.desk, Calendar: calendar, Location: loc, Lang: domain.LangPortuguese}
	when, err := clockwork.Parse("0 8 * * *")
	m.must(err)
	for range replicas {
		m.clocks = append(m.clocks, clockwork.New(clockwork.Options{
			Slots: m.db, Tend: m.desk.TendDue, Location: loc, Now: clock, Log: slog.New(slog.DiscardHandler), Jobs: []clockwork.Job{
				{Name: "grupo", When: when, Do: jobs.Groups, Grace: time.Hour},
			}, More: jobs.People(m.db, when, time.Hour),
		}))
	}
	return m
}

func (m *month) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

// staff are three technicians, of whom the first leads, and four employees; every other one has quiet
// hours, and one of each kind lets nothing through.
func (m *month) staff() {
	for i := range 7 {
		role := domain.RoleEmployee
		if i < 3 {
			role = domain.RoleIT
		}
		u, err := m.db.CreateUser(m.Context(), domain.User{Name: fmt.Sprint("p", i), Email: fmt.Sprintf("p%d@exemplo.com", i), Role: role, Active: true}, "")
		m.must(err)
		_, err = m.db.LinkTelegram(m.Context(), u.ID, domain.TelegramProfile{ID: int64(1000 + i)})
		m.must(err)
		a := domain.Actor{User: u, Channel: domain.ChannelPanel}
		m.people = append(m.people, a)
		p := domain.Preferences{Quiet: i%2 == 1, QuietFrom: 17 * 60, QuietTo: 9 * 60, Urgent: i != 1 && i != 5}
		m.must(m.desk.SetPreferences(m.Context(), a, p))
		m.prefs[int64(1000+i)] = p
	}
	m.must(m.desk.ConnectGroup(m.Context(), domain.System, domain.Group{ChatID: monthGroup}))
}

// act lets somebody do something, as people would or would not.
func (m *month) act() {
	who := m.people[m.rnd.IntN(len(m.people))]
	if len(m.tickets) == 0 || m.rnd.IntN(6) == 0 {
		n := domain.NewTicket{Title: "caso", Description: "d", Category: domain.Categories[m.rnd.IntN(7)%5], Urgency: domain.PriorityMedium}
		if m.rnd.IntN(4) == 0 {
			n.Urgency = domain.PriorityUrgent
		}
		t, err := m.desk.Open(m.Context(), who, n)
		m.must(err)
		m.tickets = append(m.tickets, t.ID)
		return
	}
	id := m.tickets[max(0, len(m.tickets)-1-m.rnd.IntN(12))]
	var err error
	switch m.rnd.IntN(6) {
	case 0:
		_, err = m.desk.Take(m.Context(), who, id)
	case 1, 2:
		s := domain.Statuses[m.rnd.IntN(len(domain.Statuses))]
		_, err = m.desk.Change(m.Context(), who, id, domain.TicketChange{Status: &s}, 0)
	case 3:
		_, err = m.desk.Comment(m.Context(), who, id, domain.NewComment{Text: "oi"})
	case 4:
		_, err = m.desk.Comment(m.Context(), who, id, domain.NewComment{Text: "segredo", Internal: who.IsIT()})
	case 5:
		_, err = m.desk.Rate(m.Context(), who, id, domain.NewRating{Stars: 1 + m.rnd.IntN(5)})
	}
	if code := domain.CodeOf(err); err != nil && code != domain.CodeForbidden && code != domain.CodeConflict {
		m.Fatal(err)
	}
}

// pass lets ten minutes pass: all replicas look at once, what is due is delivered.
func (m *month) pass() {
	var all sync.WaitGroup
	for _, c := range m.clocks {
		all.Go(func() { c.Look(m.Context()) })
	}
	all.Wait()
	m.now = m.now.Add(3 * time.Second)
	m.deliver()
	m.now = m.now.Add(10*time.Minute - 3*time.Second)
}

func (m *month) deliver() {
	ctx, outbox := m.Context(), m.db.Outbox()
	for {
		lanes, err := outbox.DueLanes(ctx, 100)
		m.must(err)
		if len(lanes) == 0 {
			return
		}
		for _, lane := range lanes {
			d, ok, err := outbox.Claim(ctx, lane, time.Minute)
			m.must(err)
			if !ok {
				continue
			}
			m.total++
			m.check(d)
			m.must(outbox.Sent(ctx, d, int64(m.total), []byte{1}))
		}
	}
}

// check accounts for one message.
func (m *month) check(d domain.Delivery) {
	m.Helper()
	quiet := !m.prefs[d.ChatID].QuietUntil(m.now, m.loc).IsZero()
	if d.Kind == domain.DeliverMessage {
		var o struct{ Text string }
		m.must(json.Unmarshal(d.Message.Payload, &o))
		m.once(fmt.Sprint(d.ChatID, " digest ", m.now.In(m.loc).Format(time.DateOnly)))
		if quiet {
			m.Errorf("a digest to %d at %s", d.ChatID, m.now.In(m.loc))
		}
		return
	}
	if d.Kind != domain.DeliverNotice {
		return
	}
	t, err := m.db.Ticket(m.Context(), d.TicketID)
	m.must(err)
	events, err := m.db.Outbox().NoticeEvents(m.Context(), d.EventIDs)
	m.must(err)
	for _, e := range events {
		m.once(fmt.Sprint(d.ChatID, " event ", e.ID))
		if d.ChatID == monthGroup {
			continue
		}
		reader := m.people[d.ChatID-1000]
		if e.ActorID == reader.ID {
			m.Errorf("%s is told of their own %s", reader.Name, e.Kind)
		}
		if !e.VisibleTo(reader) {
			m.Errorf("%s is told of %s, which they may not see", reader.Name, e.Kind)
		}
		if quiet && !(m.prefs[d.ChatID].Urgent && t.Priority == domain.PriorityUrgent) {
			m.Errorf("%s is told of %s at %s, within quiet hours", reader.Name, e.Kind, m.now.In(m.loc))
		}
	}
}

func (m *month) once(what string) {
	m.Helper()
	if m.sent[what]++; m.sent[what] > 1 {
		m.Errorf("told twice: %s", what)
	}
}

func TestAMonthOfADesk(t *testing.T) {
	m := newMonth(t, 2)
	kinds := map[domain.EventKind]int{}
	for end := m.now.AddDate(0, 1, 0); m.now.Before(end); {
		if h := m.now.In(m.loc).Hour(); h >= 7 && h < 22 && m.rnd.IntN(3) == 0 {
			m.act()
		}
		m.pass()
	}
	for range 24 * 6 { // nobody acts any more: what waits for a morning arrives
		m.pass()
	}
	for _, id := range m.tickets {
		v, err := m.db.TicketView(t.Context(), id, true)
		m.must(err)
		for _, e := range v.Events {
			kinds[e.Kind]++
			if e.Kind == domain.EventSLABreach || e.Kind == domain.EventNobody || e.Kind == domain.EventRatedLow {
				if m.sent[fmt.Sprint(monthGroup, " event ", e.ID)] != 1 {
					t.Errorf("the group was not told of %s on #%d", e.Kind, id)
				}
			}
			if e.Kind == domain.EventSLABreach && v.RequesterID != m.people[0].ID && m.sent[fmt.Sprint(1000, " event ", e.ID)] != 1 {
				t.Errorf("the lead was not told of %s on #%d", e.Kind, id)
			}
			if e.Kind == domain.EventComment && e.ActorID != v.RequesterID && m.sent[fmt.Sprint(999+v.RequesterID, " event ", e.ID)] != 1 {
				t.Errorf("the requester was not told of a comment on #%d", id)
			}
		}
	}
	for _, k := range []domain.EventKind{
		domain.EventSLAWarning, domain.EventSLABreach, domain.EventCloseSoon, domain.EventWaitReminder, domain.EventNobody, domain.EventRatedLow,
	} {
		if kinds[k] == 0 {
			t.Errorf("in a whole month no %s", k)
		}
	}
	t.Logf("%d tickets, %d messages, %v", len(m.tickets), m.total, kinds)
}
