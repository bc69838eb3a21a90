package config

import "chamados/domain"

// DeskOptions returns what the desk does beside its main job, of settings that Validate has accepted.
func (c Config) DeskOptions() []domain.Option {
	return c.deskOptions(func(string, string, ...any) {})
}

// deskOptions tells reject of each bad setting.
func (c Config) deskOptions(reject func(key, format string, args ...any)) []domain.Option {
	calendar, err := c.Calendar.Calendar(c.Desk.Location())
	if err != nil {
		reject("calendar", "%v", err)
		return nil
	}
	sla, err := c.SLA.policy(calendar)
	if err != nil {
		reject("sla", "%v", err)
	}
	care, err := c.Care.policy(calendar)
	if err != nil {
		reject("care", "%v", err)
	}
	return []domain.Option{
		domain.WithSLA(sla), domain.WithCare(care), domain.WithLead(c.Desk.Lead), domain.WithPace(c.Notices.PerMinute),
		domain.WithAllowance(int64(c.Files.PerDay) << 20),
	}
}
