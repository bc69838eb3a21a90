package storage

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// The zero… types scan NULL as the zero value, straight into a field of the domain.
type (
	zeroText string
	zeroInt  int64
	zeroTime time.Time
)

func (z *zeroText) ScanText(v pgtype.Text) error {
	*z = zeroText(v.String)
	return nil
}

func (z *zeroInt) ScanInt64(v pgtype.Int8) error {
	*z = zeroInt(v.Int64)
	return nil
}

func (z *zeroTime) ScanTimestamp(v pgtype.Timestamp) error {
	*z = zeroTime(v.Time)
	return nil
}

func (z *zeroTime) ScanTimestamptz(v pgtype.Timestamptz) error {
	*z = zeroTime(v.Time.UTC())
	if !v.Valid {
		*z = zeroTime{}
	}
	return nil
}

// The null… functions write zero values as NULL.

func nullInt(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func nullText[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

func nullTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

func nullJSON(raw []byte) any {
	if len(raw) == 0 {
		return nil
	}
	return string(raw)
}

func words[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, w := range in {
		out[i] = string(w)
	}
	return out
}

func timeOf(z zeroTime) time.Time { return time.Time(z) }
