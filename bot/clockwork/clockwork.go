// Package clockwork does what the hour asks for: each slot of a job once, whatever restarts,
// replicas or changes of the clock happen; and, many times an hour, what is due for tickets.
package clockwork

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"chamados/domain"
)

// Job is work for certain times.
type Job struct {
	Name string
	// When says which times, by the clock on the desk's wall.
	When cron.Schedule
	// Grace is for how long a slot that was missed, because nothing ran, is made up for; at
	// least a few minutes. An older one is skipped, and that is logged.
	Grace time.Duration
	// Since is when the job came to be: earlier slots were never its own. Zero for always.
	Since time.Time
	// Do does the work of a slot inside the transaction that takes it.
	Do func(ctx context.Context, tx domain.Tx, slot time.Time) error
}

// Slots gives each slot of a job away once.
type Slots interface {
	// TakeSlot runs do in one transaction with taking the slot; taken is false when
	// somebody had it before. If do fails, the slot is free again.
	TakeSlot(ctx context.Context, job, slot string, do func(tx domain.Tx) error) (taken bool, err error)
	// LastSlot returns the newest slot of a job that was taken, "" if none ever was.
	LastSlot(ctx context.Context, job string) (string, error)
}

// Options configure a Clock. All but Jobs, More and Tick are required.
type Options struct {
	Slots Slots
	Tend  func(ctx context.Context) error // what is due for tickets
	Jobs  []Job
	// More returns the jobs that come and go, such as those of single people.
	More     func(ctx context.Context) ([]Job, error)
	Location *time.Location
	Tick     time.Duration // pause between looks; default 20 s
	Now      func() time.Time
	Log      *slog.Logger
}

// Clock looks at the time while Run runs. Several processes may each run one.
type Clock struct {
	o    Options
	last map[string]time.Time // the newest slot of each job that is known to be taken, by the wall
}

// New returns a clock that stands still until Run.
func New(o Options) *Clock {
	if o.Tick <= 0 {
		o.Tick = 20 * time.Second
	}
	return &Clock{o: o, last: map[string]time.Time{}}
}

// Run looks at the time until ctx ends; it returns nil. It is called once.
func (c *Clock) Run(ctx context.Context) error {
	ticker := time.NewTicker(c.o.Tick)
	defer ticker.Stop()
	for {
		c.Look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Look does what is due now. What fails is logged and tried again at the next look. It is
// not to be called while Run runs.
func (c *Clock) Look(ctx context.Context) {
	c.report(ctx, "tickets", c.o.Tend(ctx))
	jobs := c.o.Jobs
	if c.o.More != nil {
		more, err := c.o.More(ctx)
		c.report(ctx, "people", err)
		jobs = append(jobs[:len(jobs):len(jobs)], more...)
	}
	for _, j := range jobs {
		c.report(ctx, j.Name, c.job(ctx, j))
	}
}

func (c *Clock) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		c.o.Log.Error("clockwork: failed, will try again", "job", what, "error", err)
	}
}

// minGrace outlasts the pause between looks.
const minGrace = 5 * time.Minute

// job does the newest slot of a job that has come; those before it are skipped, and so is
// that one if it is too old.
func (c *Clock) job(ctx context.Context, j Job) error {
	last, err := c.lastOf(ctx, j.Name)
	if err != nil {
		return err
	}
	now, grace := c.o.Now(), max(j.Grace, minGrace)
	slot, skipped := c.newest(j, last, now, grace)
	if slot.IsZero() {
		return nil
	}
	due := instant(slot, c.o.Location)
	tooLate := now.Sub(due) > grace
	taken, err := c.o.Slots.TakeSlot(ctx, j.Name, slotName(slot), func(tx domain.Tx) error {
		if tooLate {
			return nil
		}
		return j.Do(ctx, tx, due)
	})
	if err != nil {
		return fmt.Errorf("slot %s: %w", slotName(slot), err)
	}
	c.last[j.Name] = slot
	switch {
	case taken && tooLate:
		c.o.Log.Warn("clockwork: skipped, it is too late for it", "job", j.Name, "slot", slotName(slot), "older_skipped", skipped)
	case taken:
		c.o.Log.Info("clockwork: done", "job", j.Name, "slot", slotName(slot), "older_skipped", skipped)
	}
	return nil
}

// lastOf returns the newest slot of a job that is known to be taken, zero for none.
func (c *Clock) lastOf(ctx context.Context, job string) (time.Time, error) {
	if last, ok := c.last[job]; ok {
		return last, nil
	}
	name, err := c.o.Slots.LastSlot(ctx, job)
	if err != nil {
		return time.Time{}, fmt.Errorf("the last slot: %w", err)
	}
	last, err := time.Parse(slotLayout, name)
	if err != nil {
		last = time.Time{}
	}
	c.last[job] = last
	return last, nil
}

// changeOfClock is more than a clock is ever changed by.
const changeOfClock = 3 * time.Hour

// newest returns the newest slot after last that has come, zero for none, and how many older
// ones there are. A job that never ran is not held to account for more than its grace.
func (c *Clock) newest(j Job, last, now time.Time, grace time.Duration) (slot time.Time, older int) {
	begin := last
	if last.IsZero() {
		begin = wall(now.Add(-grace), c.o.Location).Add(-time.Minute)
	}
	if !j.Since.IsZero() {
		begin = latest(begin, wall(j.Since, c.o.Location))
	}
	end := wall(now, c.o.Location).Add(changeOfClock)
	for next := j.When.Next(begin); !next.IsZero() && !next.After(end); next = j.When.Next(next) {
		if instant(next, c.o.Location).After(now) {
			break
		}
		if !slot.IsZero() {
			older++
		}
		slot = next
	}
	return slot, older
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
