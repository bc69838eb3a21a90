package config

import (
	"errors"
	"fmt"
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

func (n Notices) validate(reject func(key, format string, args ...any)) {
	if n.Gather < 0 || n.Gather > time.Minute {
		reject("notices.gather", "%v is not between 0 and a minute", n.Gather)
	}
	if n.PerMinute < 0 {
		reject("notices.per_minute", "%d is negative", n.PerMinute)
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
func (s SLA) policy(calendar *domain.Calendar) (*domain.SLAPolicy, error) {
	if !s.Enabled {
		return nil, nil
	}
	if s.WarnAt < 0 || s.WarnAt > 99 {
		return nil, fmt.Errorf("warn_at: %d is not a percentage below 100", s.WarnAt)
	}
	text := s.Targets
	if len(text) == 0 {
		text = defaultTargets
	}
	targets, err := targetsOf(text)
	if err != nil {
		return nil, fmt.Errorf("targets: %w", err)
	}
	p := &domain.SLAPolicy{
		Calendar: calendar, Targets: targets, WarnAt: s.WarnAt, TakingResponds: s.TakingResponds,
		ByCategory: map[domain.Category]map[domain.Priority]domain.Target{},
	}
	for word, own := range s.Categories {
		c := domain.Category(word)
		if !c.Valid() {
			return nil, fmt.Errorf("categories: %q is no category", word)
		}
		if p.ByCategory[c], err = targetsOf(own); err != nil {
			return nil, fmt.Errorf("categories.%s: %w", word, err)
		}
	}
	return p, nil
}

func targetsOf(text map[string]Target) (map[domain.Priority]domain.Target, error) {
	out := map[domain.Priority]domain.Target{}
	for word, t := range text {
		p := domain.Priority(word)
		if !p.Valid() {
			return nil, fmt.Errorf("%q is no priority", word)
		}
		if t.Response < 0 || t.Resolution < 0 {
			return nil, fmt.Errorf("%s: a target may not be negative", word)
		}
		out[p] = domain.Target(t)
	}
	return out, nil
}

func (c Care) policy(calendar *domain.Calendar) (*domain.CarePolicy, error) {
	const longest = 365
	for name, days := range map[string]int{
		"close_after_days": c.CloseAfter, "close_reminder_days": c.CloseReminder, "waiting_days": c.Waiting,
	} {
		if days < 0 || days > longest {
			return nil, fmt.Errorf("%s: %d is not between 0 and %d", name, days, longest)
		}
	}
	if c.UrgentEvery < 0 || c.UrgentEvery > 0 && c.UrgentEvery < time.Minute {
		return nil, errors.New("urgent_every: is less than a minute")
	}
	return &domain.CarePolicy{
		Calendar: calendar, CloseAfter: c.CloseAfter, CloseReminder: c.CloseReminder,
		WaitingDays: c.Waiting, UrgentEvery: c.UrgentEvery,
	}, nil
}
