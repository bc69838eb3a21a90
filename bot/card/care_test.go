package card_test

import (
	"time"

	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
)

// promised is a ticket whose solution is due some time from now.
func promised(v domain.TicketView, in time.Duration) domain.TicketView {
	v.SLA = domain.SLA{RespondedAt: at, Response: domain.Clock{Due: at.Add(time.Hour)}, Resolution: domain.Clock{Due: at.Add(in)}}
	return v
}

// cared are the messages about what the desk does by itself.
func cared(lang domain.Lang, out map[string]chat.Outgoing) {
	risky := with(promised(taken(), time.Hour), func(v *domain.TicketView) { v.SLA.Marks = domain.ResolutionWarned })
	paused := with(promised(taken(), time.Hour), func(v *domain.TicketView) {
		v.Status, v.SLA.Resolution = domain.StatusWaiting, domain.Clock{Left: time.Hour, Paused: true}
	})
	out["it-due"] = card.Ticket(lang, promised(sample(), 27*time.Hour), it())
	out["it-at-risk"] = card.Ticket(lang, risky, it())
	out["it-overdue"] = card.Ticket(lang, promised(taken(), -time.Hour), it())
	out["it-paused"] = card.Ticket(lang, paused, it())
	desk := func(name string, v domain.TicketView, o card.Options, kind domain.EventKind, to string) {
		e := domain.NoticeEventView{Event: domain.Event{
			Kind: kind, From: at.Add(time.Hour).Format(time.RFC3339), To: to, At: at, Channel: domain.ChannelSystem,
		}}
		out["care-"+name] = card.Notice(lang, v.Ticket, []domain.NoticeEventView{e}, o)
	}
	desk("warning", risky, it(), domain.EventSLAWarning, domain.SLAResolution)
	desk("warning-response", sample(), it(), domain.EventSLAWarning, domain.SLAResponse)
	desk("breach", risky, it(), domain.EventSLABreach, domain.SLAResolution)
	desk("breach-response", sample(), it(), domain.EventSLABreach, domain.SLAResponse)
	desk("nobody", sample(), it(), domain.EventNobody, "")
	desk("no-answer", paused, it(), domain.EventNoAnswer, "")
	desk("answered", paused, it(), domain.EventAnswered, "")
	desk("wait-reminder", paused, requester(), domain.EventWaitReminder, "")
	desk("close-soon", resolved(), requester(), domain.EventCloseSoon, "")
	out["rating-ask"] = card.AskRating(lang, resolved().Ticket)
	out["rating-thanks"] = card.Rated(lang, resolved().Ticket, domain.Rating{Stars: 4, Text: "Foi <rápido>."})
	out["rating-sorry"] = card.Rated(lang, resolved().Ticket, domain.Rating{Stars: 1})
	low := event(domain.EventRatedLow, "1")
	low.From, low.ActorName = "Demorou & <b>nada</b>.", maria.Name
	out["rating-low-it"] = card.Notice(lang, resolved().Ticket, []domain.NoticeEventView{low}, it())
	out["prefs-it"] = card.Preferences(lang, domain.User{Role: domain.RoleIT, Active: true}, domain.Preferences{})
	out["prefs-all"] = card.Preferences(lang, domain.User{Role: domain.RoleIT, Active: true}, domain.Preferences{
		Via: domain.ViaBoth, Tickets: []int64{3, 12, 45, 101, 102}, Quiet: true, QuietFrom: 22 * 60, QuietTo: 7 * 60, Urgent: true,
		OwnHour: true, DigestAt: 9 * 60, Muted: []domain.Topic{domain.TopicRatings},
	})
	out["prefs-muted"], out["prefs-heard"] = card.Muted(lang, 12, true), card.Muted(lang, 12, false)
	out["prefs-quiet"] = card.Preferences(lang, domain.User{Role: domain.RoleEmployee, Active: true}, domain.Preferences{
		Quiet: true, QuietFrom: 22 * 60, QuietTo: 7*60 + 30, Urgent: true, Muted: []domain.Topic{domain.TopicStatus},
	})
	d := domain.Digest{
		Open: map[domain.Priority]int64{domain.PriorityUrgent: 1, domain.PriorityMedium: 7}, New: 3, Resolved: 1, Overdue: 2, AtRisk: 1,
		OnUs: 6, Waiting: 2, Unassigned: 1, Oldest: []domain.Ticket{sample().Ticket}, Next: &domain.Ticket{ID: 12},
	}
	later := it()
	later.Now = at.Add(50 * time.Hour)
	out["digest-it"] = card.Digest(lang, d, false, later)
	out["digest-own"] = card.Digest(lang, d, true, later)
	out["digest-week"] = card.Weekly(lang, busyWeek(), later)
	out["digest-empty"] = card.Digest(lang, domain.Digest{}, false, later)
	desk("closed", with(resolved(), func(v *domain.TicketView) { v.Status = domain.StatusClosed }), requester(), domain.EventStatus, "fechado")
}

// busyWeek is a week of which everything is known, beside one of which little is.
func busyWeek() domain.Weekly {
	monday := time.Date(2026, 11, 16, 0, 0, 0, 0, brasilia)
	of := func(from time.Time, f domain.Figures, backlog int64) domain.Series {
		return domain.Series{Filter: domain.SeriesFilter{From: from, To: from.AddDate(0, 0, 6)}, Total: f, Backlog: backlog}
	}
	return domain.Weekly{
		This: of(monday, domain.Figures{
			Opened: 26, Resolved: 20, Response: domain.Spread{Count: 20, Median: 77 * time.Minute},
			SolutionOK: domain.Kept{Met: 15, Decided: 18}, Rating: 4.25, RatingCount: 8,
		}, 23),
		Before: of(monday.AddDate(0, 0, -7), domain.Figures{Opened: 25, Resolved: 16}, 24),
	}
}

// alarmed adds messages that warn: of one ticket and of many, standing, settled in part and altogether.
func alarmed(lang domain.Lang, out map[string]chat.Outgoing) {
	alarm := func(id int64, kind domain.EventKind, to string, settled *domain.Event) card.Alarm {
		t := sample().Ticket
		t.ID = id
		e := domain.Event{ID: id, TicketID: id, Kind: kind, From: at.Add(time.Duration(id) * time.Minute).Format(time.RFC3339), To: to, At: at, Internal: true}
		if kind == domain.EventNobody {
			e.From, t.Priority = "", domain.PriorityUrgent
		}
		return card.Alarm{Ticket: t, Event: domain.NoticeEventView{Event: e}, Settled: settled}
	}
	by := func(kind domain.EventKind, to string) *domain.Event {
		return &domain.Event{Kind: kind, To: to, ActorID: 4, ActorName: joao.Name, At: at.Add(time.Hour)}
	}
	warning, breach := domain.EventSLAWarning, domain.EventSLABreach
	settled := map[string]*domain.Event{
		"taken": by(domain.EventAssignee, "4"), "answered": by(domain.EventComment, ""), "solved": by(domain.EventStatus, "resolvido"),
		"closed": by(domain.EventStatus, "fechado"), "cancelled": by(domain.EventStatus, "cancelado"), "waiting": by(domain.EventStatus, "aguardando"),
		"priority": by(domain.EventPriority, "baixa"), "category": by(domain.EventCategory, "rede"), "deleted": by(domain.EventDeleted, ""),
	}
	for name, e := range settled {
		out["alarm-settled-"+name] = card.Alarms(lang, []card.Alarm{alarm(12, warning, domain.SLAResponse, e)}, it())
	}
	out["alarm-warning"] = card.Alarms(lang, []card.Alarm{alarm(12, warning, domain.SLAResolution, nil)}, it())
	out["alarm-half"] = card.Alarms(lang, []card.Alarm{
		alarm(12, breach, domain.SLAResponse, settled["answered"]), alarm(12, warning, domain.SLAResolution, nil),
	}, it())
	var many, past []card.Alarm
	for id := range int64(40) {
		kind := []domain.EventKind{breach, warning, domain.EventNobody}[id%3]
		many, past = append(many, alarm(100-id, kind, domain.SLAResolution, nil)), append(past, alarm(100-id, kind, domain.SLAResolution, settled["taken"]))
	}
	out["alarm-many"] = card.Alarms(lang, append(many, alarm(100, warning, domain.SLAResponse, nil)), it())
	out["alarm-some"] = card.Alarms(lang, append(many[:3:3], past[3:6]...), it())
	out["alarm-over"] = card.Alarms(lang, past[:3], it())
}
