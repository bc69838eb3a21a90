package config

import (
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
	sla := c.SLA.policy(calendar, refuses(t))
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

// refuses takes no complaint.
func refuses(t *testing.T) rejecter {
	return func(setting, key string, args ...any) { t.Errorf("%s: %s %v", setting, key, args) }
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
	p := c.SLA.policy(calendar, refuses(t))
	if got := p.Targets[domain.PriorityUrgent]; got != (domain.Target{Response: 10 * time.Minute}) || len(p.Targets) != 1 {
		t.Errorf("targets %v", p.Targets)
	}
	if got := p.ByCategory[domain.CategoryNetwork][domain.PriorityLow].Resolution; got != 90*time.Minute {
		t.Errorf("network: %v", got)
	}
}
