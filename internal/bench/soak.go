package main

import (
	"context"
	"time"
)

func (b *bench) soak(context.Context, time.Duration, string) error { return nil }
