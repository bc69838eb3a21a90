package domain

import (
	"context"
	"fmt"
)

// Anonymise erases who an account was (LGPD, article 18): name, address, Telegram,
// password, what waits to be sent to the person. The tickets stay, under the given name. It
// cannot be undone. What somebody of IT had not finished goes back to the queue. IT only; the last active IT account stays: [ErrLastIT].
func (d *Desk) Anonymise(ctx context.Context, a Actor, id int64, name string) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	return d.atomically(ctx, func(d *Desk) error {
		u, err := d.store.User(ctx, id)
		if err != nil {
			return err
		}
		if u.IsIT() {
			if err := d.leavesIT(ctx, a, id); err != nil {
				return err
			}
		}
		return d.store.Anonymise(ctx, id, name, fmt.Sprintf("removida-%d@anonima.invalid", id))
	})
}
