package pgtest

import (
	"context"

	"chamados/storage"
)

// migrate brings the template to the newest schema.
func migrate(ctx context.Context, url string) error { return storage.Migrate(ctx, url) }
