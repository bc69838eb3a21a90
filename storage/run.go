package storage

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

const (
	wakeChannel = "chamados"
	// wakePause is the least time between two notifications of a process: a NOTIFY serialises commits.
	wakePause = 10 * time.Millisecond
	// reconnectPause is how long a lost listening connection is left before it is tried again.
	reconnectPause = time.Second
	// maintainEvery is how often the counters are summed up.
	maintainEvery = 5 * time.Second
)

// note is the payload of a notification.
type note struct {
	From string `json:"p"` // the process, so that it ignores its own
	Wake
}

// Run exchanges wake-ups with other processes, takes over what dead ones were sending, keeps the counters
// short and removes what is finished and old, until ctx ends; then it returns nil. Losing the database is
// not an error: it goes on when the database is back, and tells
// listeners that they may have missed something.
func (db *DB) Run(ctx context.Context) error {
	self := rand.Text()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return db.announce(ctx, self) })
	g.Go(func() error { return db.listen(ctx, self) })
	g.Go(func() error { return db.maintain(ctx) })
	g.Go(func() error { return db.attend(ctx) })
	defer db.leave(ctx)
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// announce tells the other processes what this one committed, many commits at a time.
func (db *DB) announce(ctx context.Context, self string) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-db.wake.signal:
		}
		if err := db.tellOthers(ctx, self); err != nil && ctx.Err() == nil {
			db.log.Warn("cannot wake other processes; they look by themselves", "error", err)
		}
		if !pause(ctx, wakePause) {
			return ctx.Err()
		}
	}
}

func (db *DB) tellOthers(ctx context.Context, self string) error {
	what := db.wake.take()
	if what.empty() {
		return nil
	}
	return db.notify(ctx, note{From: self, Wake: what})
}

// Flush tells other processes at once what this one committed; for a process that does not [DB.Run].
func (db *DB) Flush(ctx context.Context) error { return db.tellOthers(ctx, rand.Text()) }

// notify needs no durable commit: a crash ends all listeners too.
func (db *DB) notify(ctx context.Context, n note) error {
	payload, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return db.run(ctx, statement{
		sql:  `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`,
		args: []any{wakeChannel, string(payload)},
	})
}

// listen hears other processes on a connection of its own.
func (db *DB) listen(ctx context.Context, self string) error {
	for {
		err := db.hear(ctx, self)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		db.log.Warn("the connection that hears other processes was lost", "error", err)
		if !pause(ctx, reconnectPause) {
			return ctx.Err()
		}
	}
}

func (db *DB) hear(ctx context.Context, self string) error {
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := db.enter(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+wakeChannel); err != nil {
		return err
	}
	db.wake.tell(Wake{Missed: true, Events: true, Files: true})
	for {
		heard, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var n note
		if err := json.Unmarshal([]byte(heard.Payload), &n); err != nil {
			db.log.Warn("a notification cannot be read", "error", err)
			continue
		}
		if n.From != self {
			db.wake.tell(n.Wake)
		}
	}
}

func (db *DB) maintain(ctx context.Context) error {
	var pruned time.Time
	for pause(ctx, maintainEvery) {
		err := db.Maintain(ctx)
		if err == nil && time.Since(pruned) > pruneEvery {
			if err = errors.Join(db.Prune(ctx), db.SweepContents(ctx)); err == nil {
				pruned = time.Now()
			}
		}
		if err != nil && ctx.Err() == nil {
			db.log.Warn("maintenance failed; it is tried again", "error", err)
		}
	}
	return ctx.Err()
}

// pause waits; it returns false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
