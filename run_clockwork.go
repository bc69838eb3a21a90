package main

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"

	"chamados/bot/clockwork"
	"chamados/bot/digest"
	"chamados/domain"
)

// startClockwork lets the desk look after what is due, whether or not the bot is on.
func (p *Program) startClockwork() error {
	o := clockwork.Options{Slots: p.db, Tend: p.desk.TendDue, Location: p.config.Desk.Location(), Now: p.now, Log: p.log}
	if p.config.Telegram.Token != "" { // somebody can send them
		if err := p.digests(&o); err != nil {
			return err
		}
	}
	p.background("clockwork", clockwork.New(o).Run)
	return nil
}

// digests adds those that the settings and people ask for.
func (p *Program) digests(clock *clockwork.Options) error {
	c := p.config.Digests
	calendar, err := p.config.Calendar.Calendar(p.config.Desk.Location())
	if err != nil {
		return err
	}
	o := digest.Options{
		Desk: p.desk, Calendar: calendar, Location: p.config.Desk.Location(), Lang: p.config.Desk.Language,
		PanelURL: p.config.HTTP.PublicURL, Empty: c.Empty,
	}
	for _, j := range []struct {
		name, when string
		do         func(ctx context.Context, tx domain.Tx, slot time.Time) error
	}{{"resumo do grupo", c.Group, o.Groups}, {"resumo da semana", c.Weekly, o.Weekly}} {
		when, err := schedule(j.when)
		if err != nil {
			return err
		}
		if when != nil {
			clock.Jobs = append(clock.Jobs, clockwork.Job{Name: j.name, When: when, Grace: c.Grace, Do: j.do})
		}
	}
	usual, err := schedule(c.People)
	clock.More = o.People(p.db, usual, c.Grace)
	return err
}

// schedule reads a cron expression; "" is nil, for never.
func schedule(expression string) (cron.Schedule, error) {
	if expression == "" {
		return nil, nil
	}
	return clockwork.Parse(expression)
}
