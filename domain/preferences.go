package domain

import (
	"context"
	"slices"
	"time"
)

// Topic is a kind of news that a person can do without. Its value is the word that is
// stored.
type Topic string

const (
	TopicComments   Topic = "comentarios"
	TopicStatus     Topic = "andamento"
	TopicAssignment Topic = "atribuicao"
	TopicSLA        Topic = "prazos"
	TopicReminders  Topic = "lembretes"
	TopicRatings    Topic = "avaliacoes"
	TopicDigests    Topic = "resumos"
)

// topics says to which topic the message of an event belongs.
var topics = map[EventKind]Topic{
	EventComment: TopicComments, EventNote: TopicComments, EventStatus: TopicStatus, EventAssignee: TopicAssignment,
	EventSLAWarning: TopicSLA, EventSLABreach: TopicSLA, EventRated: TopicRatings, EventRatedLow: TopicRatings,
	EventCloseSoon: TopicReminders, EventWaitReminder: TopicReminders, EventNoAnswer: TopicReminders,
	EventAnswered: TopicReminders,
}

// TopicsFor returns the topics of which an account gets messages at all.
func TopicsFor(u User) []Topic {
	if u.IsIT() {
		return []Topic{TopicComments, TopicStatus, TopicAssignment, TopicSLA, TopicReminders, TopicRatings, TopicDigests}
	}
	return []Topic{TopicComments, TopicStatus, TopicAssignment, TopicReminders}
}

// minutesOfDay is the end of a day in minutes.
const minutesOfDay = 24 * 60

// Via is by which way a person is told. Its value is the word that is stored.
type Via string

const (
	ViaChat Via = "chat" // mails only while there is no open chat
	ViaMail Via = "email"
	ViaBoth Via = "ambos"
)

// Vias are all ways.
var Vias = []Via{ViaChat, ViaMail, ViaBoth}

// Preferences are a person's choices about what they are told. Nothing is lost by them: the
// cards and the panel show everything, and what comes in quiet hours is sent at their end.
type Preferences struct {
	Via       Via // "" is [ViaChat]
	Muted     []Topic
	Tickets   []int64 // of which the person hears nothing, by number
	Quiet     bool
	QuietFrom int  // minutes since midnight in the desk's time zone
	QuietTo   int  // likewise; before QuietFrom if the night lies between
	Urgent    bool // urgent news come in quiet hours too
	// OwnHour says that the digest comes at DigestAt, in minutes since midnight, and not when
	// the desk's settings say; whoever mutes [TopicDigests] gets none.
	OwnHour  bool
	DigestAt int
	// DigestSince is when the last choice about the digest was made; storage keeps it.
	DigestSince time.Time
}

// Mutes reports whether a topic is switched off.
func (p Preferences) Mutes(t Topic) bool { return slices.Contains(p.Muted, t) }

// Toggle returns the preferences with a topic switched over.
func (p Preferences) Toggle(t Topic) Preferences {
	muted := slices.Clone(p.Muted)
	if i := slices.Index(muted, t); i >= 0 {
		p.Muted = slices.Delete(muted, i, i+1)
	} else {
		p.Muted = append(muted, t)
	}
	return p
}

// WithDigest returns the preferences with the digest on or off, at a minute of the day of
// one's own or when the desk's settings say.
func (p Preferences) WithDigest(on, ownHour bool, minute int) Preferences {
	if on == p.Mutes(TopicDigests) {
		p = p.Toggle(TopicDigests)
	}
	if p.OwnHour = on && ownHour; p.OwnHour {
		p.DigestAt = minute
	}
	return p
}

// sameDigest reports whether both ask for the digest at the same hours.
func (p Preferences) sameDigest(o Preferences) bool {
	return p.Mutes(TopicDigests) == o.Mutes(TopicDigests) && p.OwnHour == o.OwnHour && (!p.OwnHour || p.DigestAt == o.DigestAt)
}

// validate refuses ways, topics and times that do not exist.
func (p Preferences) validate() error {
	var c checks
	if p.Via != "" && !slices.Contains(Vias, p.Via) {
		c.add("canal", "unknown_way", "Value", string(p.Via))
	}
	for _, t := range p.Muted {
		if !slices.Contains(TopicsFor(System.User), t) {
			c.add("avisos", "unknown_topic", "Value", string(t))
		}
	}
	in := func(m int) bool { return m >= 0 && m < minutesOfDay }
	if p.Quiet && (!in(p.QuietFrom) || !in(p.QuietTo) || p.QuietFrom == p.QuietTo) {
		c.add("silencio", "quiet_hours")
	}
	if p.OwnHour && !in(p.DigestAt) {
		c.add("resumo", "no_hour")
	}
	if len(p.Tickets) > MaxMutedTickets {
		c.add("chamados_silenciados", "too_many", "Max", MaxMutedTickets)
	}
	return c.err()
}

// MaxMutedTickets bounds how many tickets a person may have silenced at a time.
const MaxMutedTickets = 200

// PreferenceStore keeps people's choices.
type PreferenceStore interface {
	// Preferences returns a person's choices, muted tickets by number, or [ErrUserNotFound].
	Preferences(ctx context.Context, userID int64) (Preferences, error)
	SavePreferences(ctx context.Context, userID int64, p Preferences) error
	// DigestReaders returns IT's active people who can be written to in chat, with their choices.
	DigestReaders(ctx context.Context) ([]DigestReader, error)
}

// DigestReader is somebody who may want a digest of their own.
type DigestReader struct {
	User
	Preferences
}

// Preferences returns the actor's choices.
func (d *Desk) Preferences(ctx context.Context, a Actor) (Preferences, error) {
	if err := a.authenticated(); err != nil {
		return Preferences{}, err
	}
	return d.store.Preferences(ctx, a.ID)
}

// SetPreferences keeps the actor's choices. Tickets that they may not see cannot be muted.
func (d *Desk) SetPreferences(ctx context.Context, a Actor, p Preferences) error {
	if err := a.authenticated(); err != nil {
		return err
	}
	if err := p.validate(); err != nil {
		return err
	}
	return d.atomically(ctx, func(d *Desk) error {
		old, err := d.store.Preferences(ctx, a.ID)
		if err != nil {
			return err
		}
		if err := d.mutable(ctx, a, old, p); err != nil {
			return err
		}
		p.Tickets = slices.Compact(slices.Sorted(slices.Values(p.Tickets)))
		if p.DigestSince = old.DigestSince; !p.sameDigest(old) {
			p.DigestSince = d.Now()
		}
		if p.Via == "" {
			p.Via = ViaChat
		}
		return d.store.SavePreferences(ctx, a.ID, p)
	})
}

// mutable refuses to mute tickets that are not the actor's business.
func (d *Desk) mutable(ctx context.Context, a Actor, old, next Preferences) error {
	var c checks
	for _, id := range next.Tickets {
		if slices.Contains(old.Tickets, id) {
			continue
		}
		if _, err := d.Visible(ctx, a, id); CodeOf(err) == CodeNotFound || CodeOf(err) == CodeForbidden {
			c.add("chamados_silenciados", "no_such_ticket", "Number", id)
		} else if err != nil {
			return err
		}
	}
	return c.err()
}

// MuteTicket makes the actor hear nothing more of a ticket, or again.
func (d *Desk) MuteTicket(ctx context.Context, a Actor, ticketID int64, muted bool) error {
	return d.atomically(ctx, func(d *Desk) error {
		if _, err := d.Visible(ctx, a, ticketID); err != nil && muted {
			return err
		}
		p, err := d.Preferences(ctx, a)
		if err != nil {
			return err
		}
		p.Tickets = slices.DeleteFunc(slices.Clone(p.Tickets), func(id int64) bool { return id == ticketID })
		if muted {
			p.Tickets = append(p.Tickets, ticketID)
		}
		return d.SetPreferences(ctx, a, p)
	})
}
