package clockwork_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
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
	people  []domain.Actor               // by chat: 1000 + index
	prefs   map[int64]domain.Preferences // by person
	tickets []int64
	sent    map[string]int // what was told to whom: "<chat> event <id>", "mail <person> event <id>", …
	kinds   map[domain.DeliveryKind]int
	mails   int
	edits   int        // alarms edited away
	alarms  [][2]int64 // chat and message of those that were sent
	weeks   int        // pictures of a week
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
		prefs: map[int64]domain.Preferences{}, sent: map[string]int{}, kinds: map[domain.DeliveryKind]int{},
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
		domain.WithCare(&domain.CarePolicy{Calendar: calendar, CloseAfter: 3, CloseReminder: 1, WaitingDays: 1, UrgentEvery: 4 * time.Hour}))
	m.staff()
	jobs := digest.Options{Desk: m.desk, Calendar: calendar, Location: loc, Lang: domain.LangPortuguese}
	when, err := clockwork.Parse("0 8 * * *")
	m.must(err)
	mondays, err := clockwork.Parse("20 8 * * 1")
	m.must(err)
	for range replicas {
		m.clocks = append(m.clocks, clockwork.New(clockwork.Options{
			Slots: m.db, Tend: m.desk.TendDue, Location: loc, Now: clock, Log: slog.New(slog.DiscardHandler), Jobs: []clockwork.Job{
				{Name: "grupo", When: when, Do: jobs.Groups, Grace: time.Hour}, {Name: "semana", When: mondays, Do: jobs.Weekly, Grace: time.Hour},
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

// noChat is who has no Telegram at all.
const noChat = 6

// staff are four technicians, of whom the first leads, and five employees; every other one has quiet hours, and
// one of each kind lets nothing through. One of each kind wants mails, one both; one has no chat; one technician
// wants the digest at another hour, one not at all.
func (m *month) staff() {
	for i := range 9 {
		role := domain.RoleEmployee
		if i < 4 {
			role = domain.RoleIT
		}
		u, err := m.db.CreateUser(m.Context(), domain.User{Name: fmt.Sprint("p", i), Email: fmt.Sprintf("p%d@exemplo.com", i), Role: role, Active: true}, "")
		m.must(err)
		if i != noChat {
			_, err = m.db.LinkTelegram(m.Context(), u.ID, domain.TelegramProfile{ID: int64(1000 + i)})
			m.must(err)
		}
		a := domain.Actor{User: u, Channel: domain.ChannelPanel}
		m.people = append(m.people, a)
		p := domain.Preferences{Quiet: i%2 == 1, QuietFrom: 17 * 60, QuietTo: 9 * 60, Urgent: i != 1 && i != 5, Via: domain.ViaChat}
		switch i {
		case 1:
			p.OwnHour, p.DigestAt = true, 13*60+25
		case 2:
			p.Muted = []domain.Topic{domain.TopicDigests}
		case 3, 7:
			p.Via = domain.ViaMail
		case 4:
			p.Via = domain.ViaBoth
		}
		m.must(m.desk.SetPreferences(m.Context(), a, p))
		m.prefs[u.ID] = p
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
		t, _ := m.db.Ticket(m.Context(), id)
		_, err = m.desk.Rate(m.Context(), m.people[t.RequesterID-1], id, domain.NewRating{Stars: 1 + m.rnd.IntN(5)})
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
	m.post()
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
			m.kinds[d.Kind]++
			m.check(&d)
			m.must(outbox.Sent(ctx, d, int64(m.total), []byte{1}))
		}
	}
}

// check accounts for one message, and does with alarms as the relay does.
func (m *month) check(d *domain.Delivery) {
	m.Helper()
	switch d.Kind {
	case domain.DeliverMessage:
		m.digest(d)
	case domain.DeliverNotice:
		m.told(fmt.Sprint(d.ChatID), d.ChatID == monthGroup, d.UserID, d.EventIDs)
	case domain.DeliverAlarm:
		if d.EventIDs = m.standing(d.EventIDs); len(d.EventIDs) > 0 {
			m.told(fmt.Sprint(d.ChatID), d.ChatID == monthGroup, d.UserID, d.EventIDs)
			m.alarms = append(m.alarms, [2]int64{d.ChatID, int64(m.total)})
		}
	case domain.DeliverSettle:
		alarms, err := m.db.Outbox().Alarms(m.Context(), d.ChatID, d.Alarm)
		m.must(err)
		var ids []int64
		for _, a := range alarms {
			ids = append(ids, a.EventID)
		}
		if d.Settled = len(m.standing(ids)) == 0; d.Settled {
			m.edits++
		}
	}
}

// digest accounts for one that the clock made.
func (m *month) digest(d *domain.Delivery) {
	m.Helper()
	var o chat.Outgoing
	m.must(json.Unmarshal(d.Message.Payload, &o))
	what := " digest "
	if o.Photo != nil {
		what = " week "
		m.weeks++
	}
	m.once(fmt.Sprint(d.ChatID, what, m.now.In(m.loc).Format(time.DateOnly)))
	if d.ChatID == monthGroup {
		return
	}
	p, local := m.prefs[d.ChatID-999], m.now.In(m.loc)
	if !p.QuietUntil(m.now, m.loc).IsZero() || p.Mutes(domain.TopicDigests) {
		m.Errorf("a digest to %d at %s", d.ChatID, local)
	}
	if p.OwnHour && (local.Hour() != p.DigestAt/60 || local.Minute()-p.DigestAt%60 > 10) {
		m.Errorf("a digest to %d at %s, and not at their hour", d.ChatID, local)
	}
}

// standing returns the alarms that have not become moot.
func (m *month) standing(ids []int64) []int64 {
	events, err := m.db.Outbox().NoticeEvents(m.Context(), ids)
	m.must(err)
	var out []int64
	for _, e := range events {
		v, err := m.db.TicketView(m.Context(), e.TicketID, true)
		m.must(err)
		if _, settled := v.Settled(e.Event, v.Events); !settled {
			out = append(out, e.ID)
		}
	}
	return out
}

// told accounts for news in one message or mail.
func (m *month) told(way string, group bool, user int64, ids []int64) {
	m.Helper()
	events, err := m.db.Outbox().NoticeEvents(m.Context(), ids)
	m.must(err)
	for _, e := range events {
		m.once(fmt.Sprint(way, " event ", e.ID))
		if group {
			continue
		}
		reader, p := m.people[user-1], m.prefs[user]
		t, err := m.db.Ticket(m.Context(), e.TicketID)
		m.must(err)
		if e.ActorID == reader.ID {
			m.Errorf("%s is told of their own %s", reader.Name, e.Kind)
		}
		if !e.VisibleTo(&reader) {
			m.Errorf("%s is told of %s, which they may not see", reader.Name, e.Kind)
		}
		if !p.QuietUntil(m.now, m.loc).IsZero() && !(p.Urgent && t.Priority == domain.PriorityUrgent) {
			m.Errorf("%s is told of %s by %s at %s, within quiet hours", reader.Name, e.Kind, way, m.now.In(m.loc))
		}
		byMail := strings.HasPrefix(way, "mail")
		if byMail == (p.Via == domain.ViaChat && user-1 != noChat) && p.Via != domain.ViaBoth {
			m.Errorf("%s is told by %s, against their choice", reader.Name, way)
		}
	}
}

// post accounts for the mails that are due.
func (m *month) post() {
	for {
		mails, err := m.db.Mails().ClaimMail(m.Context(), 50, time.Minute)
		m.must(err)
		if len(mails) == 0 {
			return
		}
		for _, mail := range mails {
			m.mails++
			m.told(fmt.Sprint("mail ", mail.UserID), false, mail.UserID, mail.EventIDs)
			m.must(m.db.Mails().MailSent(m.Context(), mail))
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
			if e.Kind == domain.EventComment && e.ActorID != v.RequesterID {
				m.wasTold(v.RequesterID, e)
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
	m.alarmsAreTrue()
	if m.mails == 0 || m.edits == 0 || m.weeks != 5 {
		t.Errorf("in a whole month %d mails, %d alarms edited away, %d pictures", m.mails, m.edits, m.weeks)
	}
	own := 0
	for what, n := range m.sent {
		if strings.HasPrefix(what, "1001 digest") {
			own += n
		}
	}
	if own < 15 {
		t.Errorf("only %d digests at one's own hour", own)
	}
	t.Logf("%d tickets, %d messages %v, %d mails, %d alarms edited away, %v", len(m.tickets), m.total, m.kinds, m.mails, m.edits, kinds)
}

// wasTold checks that a person heard of an event by each way that they chose.
func (m *month) wasTold(user int64, e domain.Event) {
	m.Helper()
	via := m.prefs[user].Via
	if user-1 == noChat {
		via = domain.ViaMail
	}
	if via != domain.ViaMail && m.sent[fmt.Sprint(999+user, " event ", e.ID)] != 1 {
		m.Errorf("p%d was not told of %s %d in chat", user-1, e.Kind, e.ID)
	}
	if via != domain.ViaChat && m.sent[fmt.Sprint("mail ", user, " event ", e.ID)] != 1 {
		m.Errorf("p%d was not told of %s %d by mail", user-1, e.Kind, e.ID)
	}
}

// alarmsAreTrue checks that at the end each message that warns says what is true.
func (m *month) alarmsAreTrue() {
	m.Helper()
	closed, ids := map[int64]bool{}, []int64(nil)
	for _, at := range m.alarms {
		alarms, err := m.db.Outbox().Alarms(m.Context(), at[0], at[1])
		m.must(err)
		for _, a := range alarms {
			closed[a.EventID], ids = a.Settled, append(ids, a.EventID)
		}
	}
	for _, id := range m.standing(ids) {
		if closed[id] {
			m.Errorf("alarm %d stands, and its message says that it has settled", id)
		}
	}
}
