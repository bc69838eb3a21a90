package storage

import (
	"context"
	"strconv"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const (
	// feedPoll is how long a follower trusts wake-ups alone.
	feedPoll = time.Second
	// feedPause is the least time between two looks: under load one look serves many commits.
	feedPause = 10 * time.Millisecond
	// feedPage is how many new events one look reads.
	feedPage = 1000
	// feedPast is how far back a new follower looks for ids that are still missing.
	feedPast = 1000
	// gapAge is how old a gap is before it is judged: a transaction has its id within that time after it
	// drew an event's.
	gapAge = time.Second
)

// feed implements [domain.Feed]. Event ids are drawn before commit, so that they become visible out of
// order, or never. A follower goes ahead with what it sees and remembers the gaps; what shows up in a
// gap is delivered late; a gap ends for good only when every transaction that might fill it has ended.
type feed struct{ db *DB }

// Since returns up to limit events after a cursor, in order.
func (x feed) Since(ctx context.Context, cursor int64, limit int) ([]domain.Event, error) {
	var out []domain.Event
	err := x.db.run(ctx, statement{sql: `SELECT ` + eventColumns + eventFrom + ` WHERE e.id > $1 ORDER BY e.id LIMIT $2`,
		args: []any{cursor, limit}, read: readEvents(&out)})
	return out, wrap("read events", err)
}

// Follow delivers events as they commit, each once, until ctx ends or yield fails, and returns that error.
// What this process commits is handed over at once, what others commit is read when they tell of it. While the
// database is away it waits.
func (x feed) Follow(ctx context.Context, yield func(events []domain.Event, cursor int64) error) error {
	f := follower{feed: x, news: news{signal: make(chan struct{}, 1)}}
	defer x.db.OnWake(f.news.hear)()
	if err := f.start(ctx); err != nil {
		return err
	}
	poll := time.NewTicker(feedPoll)
	defer poll.Stop()
	f.due = true
	for cursor := int64(-1); ; {
		events, err := f.next(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			x.db.log.Warn("the event feed waits for the database", "error", err)
		}
		if len(events) > 0 || f.cursor() != cursor {
			cursor = f.cursor()
			if err := yield(events, cursor); err != nil {
				return err
			}
		}
		if err := f.wait(ctx, poll.C); err != nil {
			return err
		}
	}
}

// next returns what was handed over, and what a look finds if one is due.
func (f *follower) next(ctx context.Context) ([]domain.Event, error) {
	events := f.accept()
	if !f.due || time.Since(f.looked) < feedPause {
		return events, nil
	}
	f.looked = time.Now()
	read, err := f.look(ctx)
	f.due = len(read) >= feedPage
	return append(events, read...), err
}

// wait returns when there may be something new, or the context's error.
func (f *follower) wait(ctx context.Context, poll <-chan time.Time) error {
	var rested <-chan time.Time
	if f.due {
		rested = time.After(time.Until(f.looked.Add(feedPause)))
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.news.signal:
	case <-rested:
	case <-poll:
		f.due = true
	}
	return nil
}

// follower is the state of one Follow.
type follower struct {
	feed feed
	last int64 // the highest id seen
	gaps []gap // ids below last that were not seen, ascending

	news   news
	due    bool // there may be events that were not handed over
	looked time.Time
}

// gap is a range of missing ids.
type gap struct {
	from, to int64
	since    time.Time
	horizon  int64 // the next transaction id when the gap was old enough to be judged; 0 before
}

// start begins at the present: what is missing in the recent past may still come.
func (f *follower) start(ctx context.Context) error {
	var ids []int64
	err := f.feed.db.run(ctx, statement{sql: `SELECT id FROM (SELECT id FROM eventos ORDER BY id DESC LIMIT $1) e ORDER BY id`,
		args: []any{feedPast}, read: ints(&ids)})
	if err != nil || len(ids) == 0 {
		return wrap("start the event feed", err)
	}
	f.last = ids[0]
	for _, id := range ids {
		f.see(id)
	}
	return nil
}

// cursor is the highest id below which nothing is missing.
func (f *follower) cursor() int64 {
	if len(f.gaps) > 0 {
		return f.gaps[0].from - 1
	}
	return f.last
}

// look reads what is new and what has shown up in the gaps. The horizon is read first: what ended
// before it is visible to the statements after it. Without gaps neither is asked for.
func (f *follower) look(ctx context.Context) ([]domain.Event, error) {
	var oldest, next int64
	var late, fresh []domain.Event
	ask := []statement{{sql: `SELECT ` + plannedOnce}}
	if len(f.gaps) > 0 {
		from, to := f.bounds()
		ask = []statement{
			{sql: `SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint, ` + plannedOnce + ` FROM pg_current_snapshot() s`,
				read: one(func(rows pgx.Rows) error { return rows.Scan(&oldest, &next, nil) })},
			{sql: `SELECT ` + eventColumns + ` FROM unnest($1::bigint[], $2::bigint[]) AS g (de, ate)
				CROSS JOIN LATERAL (SELECT * FROM eventos e WHERE e.id BETWEEN g.de AND g.ate ORDER BY e.id LIMIT ` + strconv.Itoa(feedPage) + `) e
				ORDER BY e.id`, args: []any{from, to}, read: readEvents(&late)},
		}
	}
	err := f.feed.db.run(ctx, append(ask, statement{sql: `SELECT ` + eventColumns + eventFrom + ` WHERE e.id > $1 ORDER BY e.id LIMIT $2`,
		args: []any{f.last, feedPage}, read: readEvents(&fresh)})...)
	if err != nil {
		return nil, wrap("follow events", err)
	}
	for _, e := range late {
		f.gaps = filled(f.gaps, e.ID)
	}
	f.judge(oldest, next)
	for _, e := range fresh {
		f.see(e.ID)
	}
	return append(late, fresh...), nil
}

// plannedOnce lets the statements that follow in the same round trip be planned once for any arguments.
// The server would plan them at every execution, because it expects far more rows after an unknown id than
// after the last one; that takes several times as long as the look itself.
const plannedOnce = `set_config('plan_cache_mode', 'force_generic_plan', true)`

// plannedForMany is plannedOnce for queues, which are empty when a program starts and may be long a minute later: a plan made
// for a few rows would read all of them until the table is next analysed.
const plannedForMany = plannedOnce + `, set_config('enable_seqscan', 'off', true)`

func (f *follower) bounds() (from, to []int64) {
	for _, g := range f.gaps {
		from, to = append(from, g.from), append(to, g.to)
	}
	return from, to
}

// see moves on to an id above the last and notes the gap before it.
func (f *follower) see(id int64) {
	if id > f.last+1 {
		f.gaps = append(f.gaps, gap{from: f.last + 1, to: id - 1, since: f.feed.db.now()})
	}
	f.last = max(f.last, id)
}

// filled takes an id out of its gap.
func filled(gaps []gap, id int64) []gap {
	var out []gap
	for _, g := range gaps {
		if id < g.from || id > g.to {
			out = append(out, g)
			continue
		}
		before, after := g, g
		before.to, after.from = id-1, id+1
		for _, part := range []gap{before, after} {
			if part.from <= part.to {
				out = append(out, part)
			}
		}
	}
	return out
}

// judge ends the gaps whose possible writers are all gone: transactions below oldest have ended, next is
// the one that has not begun.
func (f *follower) judge(oldest, next int64) {
	out := f.gaps[:0]
	for _, g := range f.gaps {
		if g.horizon != 0 && oldest >= g.horizon {
			continue
		}
		if g.horizon == 0 && f.feed.db.now().Sub(g.since) >= gapAge {
			g.horizon = next
		}
		out = append(out, g)
	}
	f.gaps = out
}
