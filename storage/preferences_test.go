package storage_test

import (
	"errors"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"

	"pgregory.net/rapid"
)

// quietHouse has an employee and a technician with chats, a group, and notices that wait two seconds
// for each other. Its people live in São Paulo; it is Monday, 9:00 there.
func quietHouse(t *testing.T) (h *house, ana, ti domain.Actor) {
	loc, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	h = openHouse(t, pgtest.URL(t), storage.Options{Location: loc, Gather: 2 * time.Second})
	ana, ti = h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	h.link(ana, private)
	h.link(ti, private+1)
	return h, ana, ti
}

// told delivers what is due in a lane and returns the kinds of the events that each message tells of.
func (h *house) told(lane int64) [][]domain.EventKind {
	h.t.Helper()
	var out [][]domain.EventKind
	for {
		d, ok, err := h.Outbox().Claim(h.t.Context(), lane, time.Minute)
		h.must(err)
		if !ok {
			return out
		}
		h.sent(d, int64(len(out))+h.clock.Now().UnixMilli())
		if d.Kind != domain.DeliverNotice {
			continue
		}
		events, err := h.Outbox().NoticeEvents(h.t.Context(), d.EventIDs)
		h.must(err)
		var kinds []domain.EventKind
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
		out = append(out, kinds)
	}
}

func (h *house) tells(lane int64, want ...int) {
	h.t.Helper()
	got := h.told(lane)
	if len(got) != len(want) {
		h.t.Fatalf("told %v, want messages of %v events", got, want)
	}
	for i, n := range want {
		if len(got[i]) != n {
			h.t.Fatalf("told %v, want messages of %v events", got, want)
		}
	}
}

func TestABurstIsOneMessage(t *testing.T) {
	h, ana, ti := quietHouse(t)
	id := h.open(ana, "um").ID
	other := h.open(ana, "dois").ID
	h.setStatus(ti, id, domain.StatusInProgress)
	h.clock.Add(time.Second)
	h.setStatus(ti, id, domain.StatusWaiting)
	h.comment(ti, other, domain.NewComment{Text: "oi"})
	h.tells(private, 1) // the comment waits for nothing
	h.clock.Add(time.Second)
	h.setStatus(ti, id, domain.StatusResolved)
	h.tells(private, 3)
	h.clock.Add(time.Minute)
	h.tells(private)
}

func TestQuietHoursDelayAndLoseNothing(t *testing.T) {
	h, ana, ti := quietHouse(t)
	h.must(h.desk.SetPreferences(t.Context(), ana, domain.Preferences{Quiet: true, QuietFrom: 22 * 60, QuietTo: 7 * 60, Urgent: true}))
	id, urgent := h.open(ana, "um").ID, h.open(ana, "dois").ID
	top := domain.PriorityUrgent
	_, err := h.desk.Change(t.Context(), ti, urgent, domain.TicketChange{Priority: &top}, 0)
	h.must(err)
	h.told(private)
	h.clock.Add(14 * time.Hour) // 23:00
	h.comment(ti, id, domain.NewComment{Text: "oi"})
	h.setStatus(ti, id, domain.StatusResolved)
	h.clock.Add(10 * time.Second)
	h.tells(private)
	h.comment(ti, urgent, domain.NewComment{Text: "urgente"})
	h.tells(private, 1)
	must2(struct{}{}, h.Atomically(t.Context(), func(s domain.Store) error {
		return s.(domain.Tx).Enqueue(t.Context(), domain.Outgoing{ChatID: private})
	}))(t)
	if d := h.claim(private); d.Kind != domain.DeliverMessage {
		t.Errorf("an answer waits behind what is quiet: %+v", d)
	} else {
		h.sent(d, 99)
	}
	h.clock.Add(7*time.Hour + 59*time.Minute - 10*time.Second) // 6:59
	h.tells(private)
	h.clock.Add(time.Minute)
	h.tells(private, 2)
	if lanes, err := h.Outbox().DueLanes(t.Context(), 10); err != nil || len(lanes) != 0 {
		t.Errorf("lanes %v (%v) are left", lanes, err)
	}
}

func TestOneOwnDoingIsShownInQuietHours(t *testing.T) {
	h, ana, _ := quietHouse(t)
	h.must(h.desk.SetPreferences(t.Context(), ana, domain.Preferences{Quiet: true, QuietFrom: 0, QuietTo: 1439}))
	h.open(ana, "um")
	if d := h.claim(private); d.Kind != domain.DeliverCard {
		t.Errorf("got %+v", d)
	}
}

func TestWhatIsMutedIsNotSent(t *testing.T) {
	h, ana, ti := quietHouse(t)
	p := domain.Preferences{Urgent: true}.Toggle(domain.TopicStatus)
	h.must(h.desk.SetPreferences(t.Context(), ana, p))
	if got, err := h.desk.Preferences(t.Context(), ana); err != nil || !got.Mutes(domain.TopicStatus) || got.Quiet || !got.Urgent {
		t.Errorf("kept %+v (%v)", got, err)
	}
	id := h.open(ana, "um").ID
	h.setStatus(ti, id, domain.StatusResolved)
	h.comment(ti, id, domain.NewComment{Text: "pronto"})
	h.clock.Add(time.Minute)
	if got := h.told(private); len(got) != 1 || got[0][0] != domain.EventComment {
		t.Errorf("told %v", got)
	}
	for _, bad := range []domain.Preferences{
		{Muted: []domain.Topic{"tudo"}}, {Quiet: true, QuietFrom: 60, QuietTo: 60}, {Quiet: true, QuietFrom: -1, QuietTo: 5}, {Quiet: true, QuietTo: 1440},
	} {
		if err := h.desk.SetPreferences(t.Context(), ana, bad); domain.CodeOf(err) != domain.CodeInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := h.Preferences(t.Context(), 999); !errors.Is(err, domain.ErrUserNotFound) {
		t.Errorf("nobody's preferences: %v", err)
	}
}

// The end of the quiet hours is the first minute after which the wall clock shows none.
func TestQuietHoursEndByTheWallClock(t *testing.T) {
	h := newHouse(t)
	loc, err := time.LoadLocation("America/Sao_Paulo")
	h.must(err)
	rapid.Check(t, func(r *rapid.T) {
		from, to := rapid.IntRange(0, 1439).Draw(r, "from"), rapid.IntRange(0, 1439).Draw(r, "to")
		at := time.Date(2026, 11, 23, 0, rapid.IntRange(0, 2*1440).Draw(r, "minute"), rapid.IntRange(0, 59).Draw(r, "second"), 0, time.UTC)
		var got *time.Time
		h.must(h.pool.QueryRow(t.Context(), `SELECT fim_silencio($1, 'America/Sao_Paulo', $2::smallint, $3::smallint)`, at, from, to).Scan(&got))
		quiet := func(at time.Time) bool {
			m := at.In(loc).Hour()*60 + at.In(loc).Minute()
			return from < to && m >= from && m < to || from > to && (m >= from || m < to)
		}
		if quiet(at) != (got != nil) {
			r.Fatalf("quiet from %d to %d at %s: %v", from, to, at, got)
		}
		end := at
		for ; quiet(end); end = end.Truncate(time.Minute).Add(time.Minute) {
		}
		if got != nil && !got.Equal(end) {
			r.Fatalf("quiet from %d to %d at %s ends %s, want %s", from, to, at, got, end)
		}
	})
}

// Who answers a message before it is known to be sent is asked to wait, not misunderstood.
func TestAnAnswerToWhatIsJustBeingSent(t *testing.T) {
	h, ana, ti := quietHouse(t)
	id := h.open(ana, "um").ID
	h.told(private)
	h.comment(ti, id, domain.NewComment{Text: "oi"})
	link := func() (l domain.MessageLink, ok bool, err error) {
		h.must(h.Atomically(t.Context(), func(s domain.Store) error {
			l, ok, err = s.(domain.Tx).TicketOfMessage(t.Context(), domain.Origin{ChatID: private, MessageID: 70})
			return nil
		}))
		return l, ok, err
	}
	if _, ok, err := link(); ok || err != nil {
		t.Errorf("an unknown message: %v (%v)", ok, err)
	}
	d := h.claim(private)
	if _, _, err := link(); domain.CodeOf(err) != domain.CodeUnavailable {
		t.Errorf("while it is sent: %v", err)
	}
	h.sent(d, 70)
	if l, ok, err := link(); !ok || err != nil || l.TicketID != id {
		t.Errorf("afterwards: %+v %v (%v)", l, ok, err)
	}
}

// What waits for others does not come after them.
func TestNewsComeInTheirOrder(t *testing.T) {
	h, ana, ti := quietHouse(t)
	a, b := h.open(ana, "a").ID, h.open(ana, "b").ID
	h.told(private)
	must2(h.desk.Take(t.Context(), ti, a))(t)
	must2(h.desk.Take(t.Context(), ti, b))(t)
	h.comment(ti, a, domain.NewComment{Text: "já vou"})
	got := h.told(private)
	if len(got) != 1 || got[0][len(got[0])-1] != domain.EventComment || got[0][0] == domain.EventComment {
		t.Errorf("at once: %v", got)
	}
	h.clock.Add(3 * time.Second)
	if got = h.told(private); len(got) != 1 || got[0][0] == domain.EventComment {
		t.Errorf("then: %v", got)
	}
}

// Whoever ends the quiet hours, or moves them, is told what has waited for their end by then.
func TestWhatIsQuietFollowsTheHours(t *testing.T) {
	h, ana, ti := quietHouse(t) // Monday, 9:00
	quiet := domain.Preferences{Quiet: true, QuietFrom: 8 * 60, QuietTo: 20 * 60}
	h.must(h.desk.SetPreferences(t.Context(), ana, quiet))
	id := h.open(ana, "um").ID
	h.comment(ti, id, domain.NewComment{Text: "oi"})
	h.tells(private)
	quiet.QuietTo = 10 * 60
	h.must(h.desk.SetPreferences(t.Context(), ana, quiet))
	h.tells(private)
	h.clock.Add(time.Hour)
	h.tells(private, 1)
	quiet.QuietTo = 20 * 60
	h.must(h.desk.SetPreferences(t.Context(), ana, quiet))
	h.comment(ti, id, domain.NewComment{Text: "e aí?"})
	h.tells(private)
	h.must(h.desk.SetPreferences(t.Context(), ana, domain.Preferences{}))
	h.tells(private, 1)
}
