package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/semaphore"
)

// Defaults of [Options].
const (
	defaultMaxConns = 16
	// acquireTimeout is how long an operation waits for a connection before it is refused as
	// [domain.CodeUnavailable]: longer than any healthy queue, shorter than a person's patience.
	acquireTimeout = 5 * time.Second
)

// Options says how a database is used. Zero fields take defaults.
type Options struct {
	MaxConns int              // connections of the pool; 16
	Log      *slog.Logger     // nil: slog.Default()
	Now      func() time.Time // nil: time.Now
	// Key seals what must not be read from the database alone; the same in all processes.
	Key []byte

	// Location is where people's quiet hours are told; nil: UTC.
	Location *time.Location
	// Patience is how long an operation waits for a connection before it is refused as unavailable; 5 s.
	Patience time.Duration
	// Gather is how long a notice waits for others that become one message with it; 0: not.
	Gather time.Duration
	// MailOff says that nothing sends mails: notices for people without an open chat are not written as such.
	MailOff bool

	// Contents keeps the contents of attachments beside the database; nil: all of them are in it.
	Contents Contents
	// ContentsOutside says that new contents go there; else only those are read that are there already.
	ContentsOutside bool

	// ReplicaURL is a read replica for statistics and searches; "": there is none.
	ReplicaURL string

	tracer pgx.QueryTracer
}

// DB is an open database. It implements [domain.Store]; [DB.Inbox], [DB.Outbox], [DB.Files] and
// [DB.Feed] give the other ports. All methods may be called from any goroutine.
type DB struct {
	store
	pool     *pgxpool.Pool
	log      *slog.Logger
	now      func() time.Time
	wake     *wakes
	shared   *pgxpool.Pool       // of gangs alone: their statements are planned once for each of their few connections
	long     *pgxpool.Pool       // of searches and reports alone
	reports  *semaphore.Weighted // turns of reports there
	writes   *gangs[*decision]
	reads    *gangs[*asked]
	presence presence
	sealer   sealer
	gather   time.Duration
	wait     time.Duration // for a connection
	handed   handover
	zone     string
	mails    bool // notices become mails where there is no open chat

	replica      *pgxpool.Pool // nil: none
	replicaRests atomic.Int64  // Unix milliseconds until which it is not asked, since it did not answer

	contents Contents // nil: none
	outside  bool     // new contents go there
}

var _ domain.Store = (*DB)(nil)

// Open connects to a migrated database (see [Migrate]) and checks that it answers. The caller closes it.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	o.complete()
	cfg.MaxConns = int32(o.MaxConns)
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "chamados"
	cfg.ConnConfig.Tracer = o.tracer
	cfg.AfterConnect = settings(2 * o.Patience)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db := &DB{
		pool: pool, log: o.Log, now: o.Now, gather: o.Gather, wait: o.Patience, zone: o.Location.String(),
		mails: !o.MailOff,
	}
	db.contents, db.outside = o.Contents, o.Contents != nil && o.ContentsOutside
	if db.sealer, err = newSealer(o.Key); err != nil {
		pool.Close()
		return nil, fmt.Errorf("key: %w", err)
	}
	db.store = store{db: db}
	db.wake = newWakes(db.handed.woken)
	db.writes = newGangs(db.writeDecisions, refused, db.wait)
	db.reads = newGangs(db.readAsked, nil, db.wait)
	if err := errors.Join(db.openShared(ctx, cfg), db.openLong(ctx, cfg), db.Ping(ctx), db.openReplica(ctx, o.ReplicaURL, cfg)); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// settings has a connection wait for the locks of others no longer than that: whoever holds one for long, a
// dump or a hand at psql, must not make people wait without a word. And what it asks is worked out by one process: there
// are other people for the other processors, and to start two more takes longer than a whole search.
func settings(wait time.Duration) func(context.Context, *pgx.Conn) error {
	return func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf("SET lock_timeout = %d; SET max_parallel_workers_per_gather = 0", wait.Milliseconds()))
		return err
	}
}

func (o *Options) complete() {
	if o.MaxConns <= 0 {
		o.MaxConns = defaultMaxConns
	}
	if o.Patience <= 0 {
		o.Patience = acquireTimeout
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
}

// Close waits for what is running and closes all connections.
func (db *DB) Close() {
	for _, pool := range []*pgxpool.Pool{db.pool, db.shared, db.long, db.replica} {
		if pool != nil {
			pool.Close()
		}
	}
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return wrap("ping the database", db.pool.Ping(ctx))
}

// Inbox returns the port of incoming updates.
func (db *DB) Inbox() domain.Inbox { return inbox{db} }

// Outbox returns the port of outgoing messages.
func (db *DB) Outbox() domain.Outbox { return outbox{db} }

// Files returns the port of contents to be fetched.
func (db *DB) Files() domain.FileStore { return files{db} }

// Feed returns the port of committed events.
func (db *DB) Feed() domain.Feed { return feed{db} }

// clock returns the time in UTC at the precision that the database keeps.
func (db *DB) clock() time.Time { return db.now().UTC().Truncate(time.Microsecond) }
