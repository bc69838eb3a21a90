package config

import "chamados/domain"

// DeskOptions returns what the desk does beside its main job, of settings that Validate has accepted.
func (c Config) DeskOptions() []domain.Option {
	return c.deskOptions(func(string, string, ...any) {})
}

// deskOptions tells reject of each bad setting.
func (c Config) deskOptions(reject rejecter) []domain.Option {
	calendar := c.Calendar.calendar(c.Desk.Location(), reject)
	sla, care := c.SLA.policy(calendar, reject), c.Care.policy(calendar, reject)
	return []domain.Option{
		domain.WithSLA(sla), domain.WithCare(care), domain.WithLead(c.Desk.Lead), domain.WithPace(c.Notices.PerMinute),
		domain.WithAllowance(int64(c.Files.PerDay) << 20),
	}
}
