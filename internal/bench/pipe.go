package main

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// pipe copies columns of a table from a database to the one that is being loaded.
func (c *cluster) pipe(ctx context.Context, from, table, columns string) error {
	source, err := pgx.Connect(ctx, c.url(from))
	if err != nil {
		return err
	}
	defer source.Close(ctx)
	target, err := pgx.Connect(ctx, c.url("loading"))
	if err != nil {
		return err
	}
	defer target.Close(ctx)
	r, w := io.Pipe()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		_, err := source.PgConn().CopyTo(ctx, w, "COPY (SELECT "+columns+" FROM "+table+" ORDER BY id) TO STDOUT (FORMAT binary)")
		w.CloseWithError(err)
		return err
	})
	g.Go(func() error {
		_, err := target.PgConn().CopyFrom(ctx, r, "COPY "+table+" ("+columns+") FROM STDIN (FORMAT binary)")
		r.CloseWithError(err)
		return err
	})
	return g.Wait()
}
