package domain

import (
	"context"
	"slices"
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

// Preferences are a person's choices about messages in chat. Nothing is lost by them: the
// cards and the panel show everything, and what comes in quiet hours is sent at their end.
type Preferences struct {
	Muted     []Topic
	Quiet     bool
	QuietFrom int  // minutes since midnight in the desk's time zone
	QuietTo   int  // likewise; before QuietFrom if the night lies between
	Urgent    bool // urgent news come in quiet hours too
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

// validate refuses topics and times that do not exist.
func (p Preferences) validate() error {
	var c checks
	for _, t := range p.Muted {
		if !slices.Contains(TopicsFor(System.User), t) {
			c.add("avisos", "unknown_topic", "Value", string(t))
		}
	}
	in := func(m int) bool { return m >= 0 && m < minutesOfDay }
	if p.Quiet && (!in(p.QuietFrom) || !in(p.QuietTo) || p.QuietFrom == p.QuietTo) {
		c.add("silencio", "quiet_hours")
	}
	return c.err()
}

// PreferenceStore keeps people's choices.
type PreferenceStore interface {
	Preferences(ctx context.Context, userID int64) (Preferences, error)
	SavePreferences(ctx context.Context, userID int64, p Preferences) error
}

// Preferences returns the actor's choices.
func (d *Desk) Preferences(ctx context.Context, a Actor) (Preferences, error) {
	if err := a.authenticated(); err != nil {
		return Preferences{}, err
	}
	return d.store.Preferences(ctx, a.ID)
}

// SetPreferences keeps the actor's choices.
func (d *Desk) SetPreferences(ctx context.Context, a Actor, p Preferences) error {
	if err := a.authenticated(); err != nil {
		return err
	}
	if err := p.validate(); err != nil {
		return err
	}
	return d.store.SavePreferences(ctx, a.ID, p)
}
