package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/embedded"
)

// readers are the connections that the doctor needs; largeLag is when a replica's statistics are no longer today's.
const (
	readers  = 4
	largeLag = time.Minute
)

// database looks at the configured database, or the private one, and returns the groups
// that are connected there.
func (d *doctor) database(ctx context.Context) []domain.Group {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	url := d.config.Database.External()
	if url == "" {
		var running bool
		if url, running = d.private(ctx); !running {
			return nil
		}
	}
	found, err := storage.Inspect(ctx, url)
	if err != nil {
		d.fail("banco", "unreachable", "Error", causeOf(err))
		return nil
	}
	d.reachable = url
	d.server(found)
	d.replica(ctx, found)
	d.skew("database", found.Now, smallSkew)
	if !d.schema(found) {
		return nil
	}
	return d.people(ctx, url)
}

// causeOf returns what the operator can act upon: the cause beneath what people are told.
func causeOf(err error) error {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

func (d *doctor) private(ctx context.Context) (url string, running bool) {
	url, running, err := embedded.Running(embedded.Options{Dir: d.config.DataDir})
	if err != nil {
		d.fail("banco", "private_broken", "Error", err)
		return "", false
	}
	if running {
		return url, true
	}
	version, err := embedded.Installed(ctx)
	if err != nil {
		d.fail("banco", "no_programs", "Error", err)
		return "", false
	}
	d.ok("banco", "private_stopped", "Version", version)
	return "", false
}

func (d *doctor) server(found storage.Inspection) {
	requests := d.config.Database.MaxConnections
	most := requests + storage.LongConnections(requests) + storage.MoreConnections
	args := []any{"Version", found.Version, "Size", mebibytes(found.Bytes), "Encoding", found.Encoding, "Free", found.Free, "Max", most}
	switch {
	case found.Server < storage.MinServer:
		d.fail("banco", "old", args...)
	case found.Replica:
		d.fail("banco", "replica", args...)
	case found.Encoding != "UTF8":
		d.fail("banco", "encoding", args...)
	case found.Free < most:
		d.warn("banco", "connections", args...)
	default:
		d.ok("banco", "ok", args...)
	}
}

// replica looks at the server that statistics and searches read from.
func (d *doctor) replica(ctx context.Context, primary storage.Inspection) {
	url := string(d.config.Database.ReadURL)
	if url == "" {
		return
	}
	found, err := storage.Inspect(ctx, url)
	if err != nil {
		d.warn("replica", "unreachable", "Error", causeOf(err))
		return
	}
	args := []any{"Version", found.Version, "Seconds", int(found.Lag.Seconds())}
	switch {
	case found.System != primary.System:
		d.fail("replica", "another", args...)
	case !found.Replica:
		d.warn("replica", "primary", args...)
	case found.Lag > largeLag:
		d.warn("replica", "behind", args...)
	default:
		d.ok("replica", "ok", args...)
	}
}

// schema reports whether this program can work on the tables as they are.
func (d *doctor) schema(found storage.Inspection) bool {
	switch {
	case found.Unknown > 0:
		d.fail("esquema", "newer", "Count", found.Unknown)
		return found.Pending == 0
	case found.Pending > 0 && !found.MayCreate:
		d.fail("esquema", "not_allowed")
	case found.Predecessor:
		d.warn("esquema", "predecessor")
	case found.Empty:
		d.ok("esquema", "empty")
	case found.Pending > 0:
		d.warn("esquema", "pending", "Count", found.Pending)
	default:
		d.ok("esquema", "ok")
		return true
	}
	return false
}

// open returns the desk, to read from, and what closes it again.
func (d *doctor) open(ctx context.Context, url string) (*domain.Desk, func(), error) {
	db, err := storage.Open(ctx, url, storage.Options{
		MaxConns: readers, Log: slog.New(slog.DiscardHandler), Now: time.Now, Key: []byte("only to read with"), Location: d.config.Desk.Location(),
	})
	if err != nil {
		return nil, nil, err
	}
	return domain.NewDesk(db, d.o.Passwords, time.Now), db.Close, nil
}

// people looks whether anybody can run the desk, and whether with a password that everybody
// knows.
func (d *doctor) people(ctx context.Context, url string) []domain.Group {
	desk, close, err := d.open(ctx, url)
	if err != nil {
		d.fail("contas", "unread", "Error", causeOf(err))
		return nil
	}
	defer close()
	team, err := desk.ITUsers(ctx, domain.System)
	if err != nil {
		d.fail("contas", "unread", "Error", causeOf(err))
		return nil
	}
	linked := 0
	for _, u := range team {
		if u.TelegramID != 0 {
			linked++
		}
		if desk.BornPassword(ctx, u) {
			d.fail("contas", "born", "Email", u.Email)
		}
	}
	switch {
	case len(team) == 0 && d.config.Admin.Email == "":
		d.fail("contas", "none")
	case len(team) == 0:
		d.ok("contas", "first", "Email", d.config.Admin.Email)
	default:
		d.ok("contas", "ok", "Count", len(team), "Linked", linked)
	}
	groups, err := desk.Groups(ctx, domain.System)
	if err != nil {
		d.fail("contas", "unread", "Error", fmt.Errorf("groups: %w", causeOf(err)))
	}
	return groups
}
