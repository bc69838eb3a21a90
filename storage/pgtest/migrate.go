package pgtest

import "context"

// migrate brings the template to the newest schema.
func migrate(_ context.Context, _ string) error { return nil }
