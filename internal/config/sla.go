package config

import (
	"time"

	"chamados/domain"
)

// SLA is what the desk promises. Targets are by priority, Categories override them.
type SLA struct {
	Enabled        bool                         `mapstructure:"enabled"`
	WarnAt         int                          `mapstructure:"warn_at"`
	TakingResponds bool                         `mapstructure:"taking_responds"`
	Targets        map[string]Target            `mapstructure:"targets"`
	Categories     map[string]map[string]Target `mapstructure:"categories"`
}

// Target is how much working time a ticket may take; 0 is no target.
type Target struct {
	Response   time.Duration `mapstructure:"response"`
	Resolution time.Duration `mapstructure:"resolution"`
}

// Care is what the desk does by itself; 0 switches a part off.
type Care struct {
	CloseAfter    int           `mapstructure:"close_after_days"`
	CloseReminder int           `mapstructure:"close_reminder_days"`
	Waiting       int           `mapstructure:"waiting_days"`
	UrgentEvery   time.Duration `mapstructure:"urgent_every"`
}

// Notices is how people are told.
type Notices struct {
	// Gather is how long news of a ticket wait for others that become one message with them.
	Gather time.Duration `mapstructure:"gather"`
	// PerMinute is what one employee does in a minute before their news wait behind other people's.
	PerMinute int `mapstructure:"per_minute"`
}

func (n Notices) validate(reject rejecter) {
	between(reject, "notices.gather", n.Gather, 0, time.Minute)
	if n.PerMinute < 0 {
		reject("notices.per_minute", "negative", "Value", n.PerMinute)
	}
}

// careDefaults are the defaults of what the desk promises and does by itself.
var careDefaults = map[string]any{
	"desk.lead":                  "",
	"calendar.national_holidays": true,
	"calendar.carnival":          true,
	"calendar.corpus_christi":    true,
	"sla.enabled":                true,
	"sla.warn_at":                80,
	"sla.taking_responds":        false,
	"care.close_after_days":      5,
	"care.close_reminder_days":   2,
	"care.waiting_days":          2,
	"care.urgent_every":          "30m",
	"notices.gather":             "2s",
	"notices.per_minute":         20,
}

var defaultTargets = map[string]Target{
	"urgente": {Response: 30 * time.Minute, Resolution: 4 * time.Hour},
	"alta":    {Response: 2 * time.Hour, Resolution: 9 * time.Hour},
	"media":   {Response: 4 * time.Hour, Resolution: 27 * time.Hour},
	"baixa":   {Response: 9 * time.Hour, Resolution: 90 * time.Hour},
}

// policy returns the promises, nil for none.
func (s SLA) policy(calendar *domain.Calendar, reject rejecter) *domain.SLAPolicy {
	if !s.Enabled {
		return nil
	}
	between(reject, "sla.warn_at", s.WarnAt, 0, 99)
	text := s.Targets
	if len(text) == 0 {
		text = defaultTargets
	}
	p := &domain.SLAPolicy{
		Calendar: calendar, Targets: targetsOf("sla.targets", text, reject), WarnAt: s.WarnAt, TakingResponds: s.TakingResponds,
		ByCategory: map[domain.Category]map[domain.Priority]domain.Target{},
	}
	for word, own := range s.Categories {
		oneOf(reject, "sla.categories", word, categoryWords()...)
		p.ByCategory[domain.Category(word)] = targetsOf("sla.categories."+word, own, reject)
	}
	return p
}

func targetsOf(setting string, text map[string]Target, reject rejecter) map[domain.Priority]domain.Target {
	out := map[domain.Priority]domain.Target{}
	for word, t := range text {
		oneOf(reject, setting, word, priorityWords()...)
		for _, d := range []time.Duration{t.Response, t.Resolution} {
			if d < 0 {
				reject(setting+"."+word, "negative", "Value", duration(d))
			}
		}
		out[domain.Priority(word)] = domain.Target(t)
	}
	return out
}

func priorityWords() []string {
	var out []string
	for _, p := range domain.Priorities {
		out = append(out, string(p))
	}
	return out
}

func (c Care) policy(calendar *domain.Calendar, reject rejecter) *domain.CarePolicy {
	const longest = 365
	between(reject, "care.close_after_days", c.CloseAfter, 0, longest)
	between(reject, "care.close_reminder_days", c.CloseReminder, 0, longest)
	between(reject, "care.waiting_days", c.Waiting, 0, longest)
	if c.UrgentEvery < 0 || c.UrgentEvery > 0 && c.UrgentEvery < time.Minute {
		reject("care.urgent_every", "short_interval", "Value", duration(c.UrgentEvery))
	}
	return &domain.CarePolicy{
		Calendar: calendar, CloseAfter: c.CloseAfter, CloseReminder: c.CloseReminder,
		WaitingDays: c.Waiting, UrgentEvery: c.UrgentEvery,
	}
}
