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
	// When says which times, in the desk's time zone.
	When cron.Schedule
	// Grace is for how long a slot that was missed, because nothing ran, is made up for; at
	// least a few minutes.
	Grace time.Duration
	// Do does the work of a slot inside the transaction that takes it.
	Do func(ctx context.Context, tx domain.Tx, slot time.Time) error
}

// Parse returns the schedule of a cron expression of five fields, or a name such as @daily.
func Parse(expression string) (cron.Schedule, error) { return cron.ParseStandard(expression) }

// Slots gives each slot of a job away once.
type Slots interface {
	// TakeSlot runs do in one transaction with taking the slot; taken is false when
	// somebody had it before. If do fails, the slot is free again.
	TakeSlot(ctx context.Context, job, slot string, do func(tx domain.Tx) error) (taken bool, err error)
}

// Options configure a Clock. All but Jobs and Tick are required.
type Options struct {
	Slots    Slots
	Tend     func(ctx context.Context) error // what is due for tickets
	Jobs     []Job
	Location *time.Location
	Tick     time.Duration // pause between looks; default 20 s
	Now      func() time.Time
	Log      *slog.Logger
}

// Clock looks at the time while Run runs. Several processes may each run one.
type Clock struct {
	o    Options
	last map[string]time.Time // the newest slot of each job that is known to be taken
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
	for _, j := range c.o.Jobs {
		c.report(ctx, j.Name, c.job(ctx, j))
	}
}

func (c *Clock) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		c.o.Log.Error("clockwork: failed, will try again", "job", what, "error", err)
	}
}

// job does the newest slot of a job that is not too old; older ones are skipped.
func (c *Clock) job(ctx context.Context, j Job) error {
	slot, skipped := c.newest(j, c.o.Now().In(c.o.Location))
	if slot.IsZero() || !slot.After(c.last[j.Name]) {
		return nil
	}
	taken, err := c.o.Slots.TakeSlot(ctx, j.Name, slotName(slot), func(tx domain.Tx) error { return j.Do(ctx, tx, slot) })
	if err != nil {
		return fmt.Errorf("slot %s: %w", slotName(slot), err)
	}
	c.last[j.Name] = slot
	if taken {
		c.o.Log.Info("clockwork: done", "job", j.Name, "slot", slotName(slot), "older_skipped", skipped)
	}
	return nil
}

// minGrace outlasts the pause between looks.
const minGrace = 5 * time.Minute

// newest returns the newest slot up to now that is within the grace, and how many older
// ones there are.
func (c *Clock) newest(j Job, now time.Time) (slot time.Time, older int) {
	begin := now.Add(-max(j.Grace, minGrace) - time.Second)
	for next := j.When.Next(begin); !next.IsZero() && !next.After(now); next = j.When.Next(next) {
		if !slot.IsZero() {
			older++
		}
		slot = next
	}
	return slot, older
}

// slotName is the time that the wall clock shows: an hour that comes twice is one slot.
func slotName(slot time.Time) string { return slot.Format("2006-01-02 15:04") }
