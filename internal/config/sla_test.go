package config

import (
	"strings"
	"testing"
	"time"

	"chamados/domain"
	"chamados/internal/config/configtest"
)

func TestTheShippedSettingsAreGood(t *testing.T) {
	c, err := Load("../../config.yaml", false)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := c.Calendar.Calendar(c.Desk.Location())
	if err != nil {
		t.Fatal(err)
	}
	sla, err := c.SLA.policy(calendar)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range domain.Priorities {
		if got, want := sla.Targets[p], domain.Target(defaultTargets[string(p)]); got != want {
			t.Errorf("%s: config.yaml says %v, without it %v", p, got, want)
		}
	}
	lunch := time.Date(2026, 11, 23, 12, 30, 0, 0, c.Desk.Location())
	if calendar.Working(lunch) || !calendar.Working(lunch.Add(time.Hour)) {
		t.Error("lunch is from 12 to 13")
	}
}

func TestTargetsFromTheFile(t *testing.T) {
	file := configtest.File(t, `
calendar:
  hours: {mon-sat: ["07:00-19:00"], sun: ["08:00-24:00"]}
  holidays: ["2026-07-09", "02-29"]
sla:
  warn_at: 50
  targets: {urgente: {response: 10m}}
  categories: {rede: {baixa: {resolution: 90m}}}
care: {close_after_days: 0}
`, "")
	c, err := Load(file, false)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := c.Calendar.Calendar(c.Desk.Location())
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.SLA.policy(calendar)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Targets[domain.PriorityUrgent]; got != (domain.Target{Response: 10 * time.Minute}) || len(p.Targets) != 1 {
		t.Errorf("targets %v", p.Targets)
	}
	if got := p.ByCategory[domain.CategoryNetwork][domain.PriorityLow].Resolution; got != 90*time.Minute {
		t.Errorf("network: %v", got)
	}
}

func TestBadTargetsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"calendar: {hours: {feriado: ['08:00-12:00']}}":     "feriado",
		"calendar: {hours: {mon: ['8h-12h']}}":              "8h-12h",
		"calendar: {hours: {mon: ['12:00-08:00']}}":         "Monday",
		"calendar: {holidays: ['31/12']}":                   "31/12",
		"sla: {targets: {urgent: {response: 1h}}}":          "urgent",
		"sla: {targets: {alta: {response: -1h}}}":           "negative",
		"sla: {categories: {casa: {alta: {response: 1h}}}}": "casa",
		"sla: {warn_at: 100}":                               "warn_at",
		"care: {waiting_days: -1}":                          "waiting_days",
		"digests: {group: 'às oito'}":                       "digests.group",
		"digests: {grace: 48h}":                             "digests.grace",
		"notices: {per_minute: -1}":                         "notices.per_minute",
		"notices: {gather: 2m}":                             "notices.gather",
		"care: {urgent_every: 1s}":                          "urgent_every",
	} {
		_, err := Load(configtest.File(t, text, ""), false)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
