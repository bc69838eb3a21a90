package storage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Constraints whose violation is somebody's mistake, by what their names hold.
const uniqueViolation = "23505"

const (
	diskFull    = "53100"
	lockTimeout = "55P03" // somebody holds a lock for long, see [settings]
	deadlock    = "40P01"
)

// impossible are the failures of values that no row can hold, which only people and programs outside make up:
// bytes that are no text, numbers and times beyond all bounds.
var impossible = []string{"22021", "22P05", "22003", "22007", "22008"}

// wrap says during what err happened. Trouble with the server or the connection becomes
// [domain.CodeUnavailable], a value that cannot be [domain.CodeInvalid]; errors of the domain and cancellation keep their identity. It returns nil for nil.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*domain.Error](err); ok {
		return err
	}
	err = fmt.Errorf("%s: %w", doing, err)
	if full(err) {
		return &domain.Error{Code: domain.CodeUnavailable, Key: domain.ErrStorageFull.Key, Err: err}
	}
	if unavailable(err) {
		return &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable", Err: err}
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && slices.Contains(impossible, pg.Code) {
		return &domain.Error{Code: domain.CodeInvalid, Key: "malformed", Err: err}
	}
	return err
}

// absent turns "no row" into the sentinel that the caller's port promises.
func absent(err error, sentinel *domain.Error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return sentinel
	}
	return err
}

// full reports whether a disk, the database's or that of the contents, has no room left.
func full(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == diskFull
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func unavailable(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code[:2] {
		case "08", "53", "57", "58": // connection, resources, operator's intervention, system
			return true
		}
		return pg.Code == lockTimeout || pg.Code == deadlock
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return pgconn.SafeToRetry(err) || isClosed(err)
}

func isClosed(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unexpected EOF") || strings.Contains(text, "conn closed") ||
		strings.Contains(text, "closed pool")
}

// violates reports whether err is a breach of a unique constraint whose name holds part.
func violates(err error, part string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == uniqueViolation && strings.Contains(pg.ConstraintName, part)
}
