package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chamados/domain"
)

// told is what became of the news for a person: messages in chat and mails, by event, and when they are due.
func (h *house) news(a domain.Actor, since int) (chat, mail []string) {
	h.t.Helper()
	return h.texts(`SELECT e.tipo || ' ' || to_char(s.proxima_em AT TIME ZONE 'America/Sao_Paulo', 'HH24:MI') FROM saida s JOIN eventos e ON e.id = s.evento_id
			WHERE s.usuario_id = $1 AND s.tipo IN ('aviso', 'alarme') AND e.id > $2 ORDER BY s.id`, a.ID, since),
		h.texts(`SELECT e.tipo || ' ' || to_char(c.proxima_em AT TIME ZONE 'America/Sao_Paulo', 'HH24:MI') FROM correio c JOIN eventos e ON e.id = c.evento_id
			WHERE c.usuario_id = $1 AND e.id > $2 ORDER BY c.id`, a.ID, since)
}

func (h *house) texts(sql string, args ...any) []string {
	h.t.Helper()
	rows, err := h.pool.Query(h.t.Context(), sql, args...)
	h.must(err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		h.must(rows.Scan(&s))
		out = append(out, s)
	}
	h.must(rows.Err())
	return out
}

// Chat, mail or both; nothing of what is switched off, after the quiet hours; who has no chat gets mails
// whatever they chose; a ticket that is silenced is heard of no more, by either way.
func TestHowPeopleAreTold(t *testing.T) {
	h, ana, ti := quietHouse(t) // Monday, 9:00
	bea := h.user("bea", domain.RoleIT)
	id := h.open(ana, "um").ID
	night := domain.Preferences{Quiet: true, QuietFrom: 8 * 60, QuietTo: 11 * 60}
	with := func(p domain.Preferences, via domain.Via) domain.Preferences {
		p.Via = via
		return p
	}
	comment := []string{"comentario 09:00"}
	for _, c := range []struct {
		name       string
		who        domain.Actor
		p          domain.Preferences
		chat, mail []string
	}{
		{"chat", ana, domain.Preferences{}, comment, nil},
		{"mail", ana, with(domain.Preferences{}, domain.ViaMail), nil, comment},
		{"both", ana, with(domain.Preferences{}, domain.ViaBoth), comment, comment},
		{"both, at night", ana, with(night, domain.ViaBoth), []string{"comentario 11:00"}, []string{"comentario 11:00"}},
		{"both, but not of comments", ana, with(domain.Preferences{Muted: []domain.Topic{domain.TopicComments}}, domain.ViaBoth), nil, nil},
		{"both, but not of this ticket", ana, with(domain.Preferences{Tickets: []int64{id}}, domain.ViaBoth), nil, nil},
	} {
		h.must(h.desk.SetPreferences(t.Context(), c.who, c.p))
		since := h.count(`SELECT max(id) FROM eventos`)
		h.comment(ti, id, domain.NewComment{Text: c.name})
		chat, mail := h.news(c.who, since)
		if !slices.Equal(chat, c.chat) || !slices.Equal(mail, c.mail) {
			t.Errorf("%s: chat %q, mail %q, want %q, %q", c.name, chat, mail, c.chat, c.mail)
		}
		kept, err := h.desk.Preferences(t.Context(), c.who)
		if h.must(err); kept.Via == "" || len(kept.Tickets) != len(c.p.Tickets) {
			t.Errorf("%s: kept %+v", c.name, kept)
		}
	}
	since := h.count(`SELECT max(id) FROM eventos`)
	_, err := h.desk.Change(t.Context(), ti, id, domain.TicketChange{Assignee: &domain.Assignment{UserID: bea.ID}}, 0)
	h.must(err)
	h.comment(ti, id, domain.NewComment{Text: "nota", Internal: true})
	if chat, mail := h.news(bea, since); len(chat) != 0 || !slices.Equal(mail, []string{"atribuicao 09:00", "nota 09:00"}) {
		t.Errorf("who has no chat: chat %q, mail %q", chat, mail)
	}
	if _, mail := h.news(ti, 0); len(mail) != 0 {
		t.Errorf("who did it is mailed %q", mail)
	}
}

// A ticket that one may not see cannot be silenced, and nobody's digest is at no hour.
func TestChoicesThatCannotBe(t *testing.T) {
	h, ana, ti := quietHouse(t)
	other := h.open(ti, "um").ID
	for name, p := range map[string]domain.Preferences{
		"another's ticket": {Tickets: []int64{other}}, "no ticket": {Tickets: []int64{999}}, "no hour": {OwnHour: true, DigestAt: 1440},
		"no way": {Via: "pombo"}, "too many": {Tickets: make([]int64, domain.MaxMutedTickets+1)},
	} {
		if err := h.desk.SetPreferences(t.Context(), ana, p); domain.CodeOf(err) != domain.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	mine := h.open(ana, "dois").ID
	h.must(h.desk.MuteTicket(t.Context(), ana, mine, true))
	h.must(h.desk.MuteTicket(t.Context(), ana, mine, true))
	if err := h.desk.MuteTicket(t.Context(), ana, other, true); domain.CodeOf(err) != domain.CodeForbidden && domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("another's ticket is silenced: %v", err)
	}
	p, err := h.desk.Preferences(t.Context(), ana)
	if h.must(err); fmt.Sprint(p.Tickets) != fmt.Sprint([]int64{mine}) {
		t.Errorf("silenced: %v", p.Tickets)
	}
	h.must(h.desk.MuteTicket(t.Context(), ana, mine, false))
	if n := h.count(`SELECT count(*) FROM silenciados`); n != 0 {
		t.Errorf("%d tickets are silenced", n)
	}
}

// The choice of an hour counts from when it is made; other choices do not move it.
func TestWhenTheChoiceOfAnHourWasMade(t *testing.T) {
	h, _, ti := quietHouse(t)
	first := domain.Preferences{OwnHour: true, DigestAt: 7 * 60}
	h.must(h.desk.SetPreferences(t.Context(), ti, first))
	made := h.clock.Now()
	h.clock.Add(time.Hour)
	first.Urgent = true
	h.must(h.desk.SetPreferences(t.Context(), ti, first))
	readers, err := h.DigestReaders(t.Context())
	h.must(err)
	if len(readers) != 1 || !readers[0].DigestSince.Equal(made) || readers[0].DigestAt != 7*60 || readers[0].TelegramID != private+1 {
		t.Errorf("%+v", readers)
	}
	h.must(h.desk.SetPreferences(t.Context(), ti, first.Toggle(domain.TopicDigests)))
	if p, err := h.desk.Preferences(t.Context(), ti); err != nil || !p.DigestSince.Equal(h.clock.Now()) {
		t.Errorf("%+v (%v)", p, err)
	}
}
