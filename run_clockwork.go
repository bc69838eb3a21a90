package main

import (
	"chamados/bot/clockwork"
)

// startClockwork lets the desk look after what is due, whether or not the bot is on.
func (p *Program) startClockwork() {
	clock := clockwork.New(clockwork.Options{
		Slots: p.db, Tend: p.desk.TendDue, Location: p.config.Desk.Location(), Now: p.now, Log: p.log,
	})
	p.background("clockwork", clock.Run)
}
