package config

import (
	"time"

	"chamados/bot/clockwork"
)

// Digests is when IT is told how the desk stands: cron expressions in the desk's time
// zone, "" for never.
type Digests struct {
	Group  string        `mapstructure:"group"`
	People string        `mapstructure:"people"`
	Weekly string        `mapstructure:"weekly"`
	Empty  bool          `mapstructure:"empty"`
	Grace  time.Duration `mapstructure:"grace"`
}

var digestDefaults = map[string]any{
	"digests.group":  "0 8 * * *",
	"digests.people": "5 8 * * *",
	"digests.weekly": "10 8 * * 1",
	"digests.empty":  false,
	"digests.grace":  "2h",
}

func (d Digests) validate(reject rejecter) {
	for key, expression := range map[string]string{"digests.group": d.Group, "digests.people": d.People, "digests.weekly": d.Weekly} {
		if _, err := clockwork.Parse(expression); expression != "" && err != nil {
			reject(key, "cron", "Value", expression)
		}
	}
	between(reject, "digests.grace", d.Grace, 0, 24*time.Hour)
}
