package main

import (
	"context"
	"time"

	"chamados/bot/clockwork"
	"chamados/bot/digest"
	"chamados/domain"
)

// startClockwork lets the desk look after what is due, whether or not the bot is on.
func (p *Program) startClockwork() error {
	jobs, err := p.digestJobs()
	if err != nil {
		return err
	}
	clock := clockwork.New(clockwork.Options{
		Slots: p.db, Tend: p.desk.TendDue, Jobs: jobs, Location: p.config.Desk.Location(), Now: p.now, Log: p.log,
	})
	p.background("clockwork", clock.Run)
	return nil
}

// digestJobs are the digests that the settings ask for; none without a bot that could send
// them.
func (p *Program) digestJobs() ([]clockwork.Job, error) {
	c := p.config.Digests
	if p.config.Telegram.Token == "" {
		return nil, nil
	}
	calendar, err := p.config.Calendar.Calendar(p.config.Desk.Location())
	if err != nil {
		return nil, err
	}
	o := digest.Options{
		Calendar: calendar, Location: p.config.Desk.Location(), Lang: p.config.Desk.Language,
		PanelURL: p.config.HTTP.PublicURL, Empty: c.Empty,
	}
	var jobs []clockwork.Job
	for _, j := range []struct {
		name, when string
		do         func(ctx context.Context, tx domain.Tx, slot time.Time) error
	}{{"resumo do grupo", c.Group, o.Groups}, {"resumo de cada um", c.People, o.People}} {
		if j.when == "" {
			continue
		}
		when, err := clockwork.Parse(j.when)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, clockwork.Job{Name: j.name, When: when, Grace: c.Grace, Do: j.do})
	}
	return jobs, nil
}
