package session

import (
	"context"
	"sync"
	"time"

	"chamados/domain"
)

const (
	// cacheTTL bounds how long a process that missed a wake-up believes an old account.
	cacheTTL = 2 * time.Second
	// cacheSize bounds memory: an account takes about half a kilobyte.
	cacheSize = 4096
)

type cached struct {
	user  domain.User
	until time.Time
}

// cache keeps accounts for a moment, so that not every request asks the database.
type cache struct {
	accounts Accounts
	now      func() time.Time

	mu      sync.RWMutex
	entries map[int64]cached
	epoch   uint64 // grows with every forget: what was read before it is not kept
}

func newCache(accounts Accounts, now func() time.Time) *cache {
	return &cache{accounts: accounts, now: now, entries: map[int64]cached{}}
}

func (c *cache) account(ctx context.Context, id int64) (domain.User, error) {
	c.mu.RLock()
	e, ok := c.entries[id]
	epoch := c.epoch
	c.mu.RUnlock()
	if ok && c.now().Before(e.until) {
		return e.user, nil
	}
	u, err := c.accounts.Account(ctx, id)
	if err != nil {
		return u, err
	}
	c.keep(u, epoch)
	return u, nil
}

func (c *cache) keep(u domain.User, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch != epoch {
		return
	}
	if len(c.entries) >= cacheSize {
		c.evict()
	}
	c.entries[u.ID] = cached{user: u, until: c.now().Add(cacheTTL)}
}

// evict drops what is out of date, or everything when all is fresh.
func (c *cache) evict() {
	now := c.now()
	for id, e := range c.entries {
		if !now.Before(e.until) {
			delete(c.entries, id)
		}
	}
	if len(c.entries) >= cacheSize {
		clear(c.entries)
	}
}

// forget drops these accounts, or all of them when none is named.
func (c *cache) forget(ids []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	if len(ids) == 0 {
		clear(c.entries)
	}
	for _, id := range ids {
		delete(c.entries, id)
	}
}
