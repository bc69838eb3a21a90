package domain

import (
	"context"
)

// Authenticate returns the account whose address and password these are. Whatever is
// wrong, the error is [ErrBadCredentials] and takes as long.
func (d *Desk) Authenticate(ctx context.Context, email, password string) (User, error) {
	u, err := d.store.UserByEmail(ctx, NormalizeEmail(email))
	if err != nil && CodeOf(err) != CodeNotFound {
		return User{}, err
	}
	var hash string
	if err == nil {
		if hash, err = d.store.PasswordHash(ctx, u.ID); err != nil {
			return User{}, err
		}
	}
	if !d.passwords.Matches(hash, password) || !u.Active {
		return User{}, ErrBadCredentials
	}
	return u, nil
}

// Account returns an account as it is now; for doors that have proof of who it is.
func (d *Desk) Account(ctx context.Context, id int64) (User, error) {
	return d.store.User(ctx, id)
}

// AccountByTelegram returns the account linked to a Telegram id, or [ErrUserNotFound].
func (d *Desk) AccountByTelegram(ctx context.Context, telegramID int64) (User, error) {
	return d.store.UserByTelegram(ctx, telegramID)
}

// AccountByEmail returns the account with this address, or [ErrUserNotFound]; for the
// command line and for doors that never tell the outcome.
func (d *Desk) AccountByEmail(ctx context.Context, email string) (User, error) {
	return d.store.UserByEmail(ctx, NormalizeEmail(email))
}

// SeesUser returns an account: one's own for everybody, any for IT.
func (d *Desk) SeesUser(ctx context.Context, a Actor, id int64) (User, error) {
	if err := a.authenticated(); err != nil {
		return User{}, err
	}
	if a.ID != id {
		if err := a.requireIT(); err != nil {
			return User{}, err
		}
	}
	return d.store.User(ctx, id)
}

// Users lists accounts by name; IT only.
func (d *Desk) Users(ctx context.Context, a Actor, f UserFilter) ([]User, error) {
	if err := a.requireIT(); err != nil {
		return nil, err
	}
	return d.store.Users(ctx, f)
}

// ITUsers lists the active IT accounts, to choose an assignee; for everybody logged in.
func (d *Desk) ITUsers(ctx context.Context, a Actor) ([]User, error) {
	if err := a.authenticated(); err != nil {
		return nil, err
	}
	active := true
	return d.store.Users(ctx, UserFilter{Role: RoleIT, Active: &active})
}

// CreateUser makes an account and, unless the desk itself asks, mails its person the links
// to set a password and to use Telegram; IT only. [ErrEmailTaken] if the address is in use.
func (d *Desk) CreateUser(ctx context.Context, a Actor, n NewUser) (User, error) {
	if err := a.requireIT(); err != nil {
		return User{}, err
	}
	n.Normalize()
	if err := n.Validate(); err != nil {
		return User{}, err
	}
	var hash string
	if n.Password != "" {
		var err error
		if hash, err = d.passwords.Hash(n.Password); err != nil {
			return User{}, err
		}
	}
	now := d.Now()
	u := User{
		Name: n.Name, Email: n.Email, Role: n.Role, Active: true, Lang: n.Lang,
		CreatedAt: now, UpdatedAt: now, HasPassword: hash != "",
	}
	err := d.atomically(ctx, func(d *Desk) error {
		var err error
		if u, err = d.store.CreateUser(ctx, u, hash); err != nil || a.Channel == ChannelSystem {
			return err
		}
		return d.welcome(ctx, u)
	})
	return u, err
}

// UpdateUser changes an account; IT only, but everybody may choose their own language.
// The last active IT account stays one: [ErrLastIT]. Whoever leaves IT leaves their tickets to the queue.
func (d *Desk) UpdateUser(ctx context.Context, a Actor, id int64, ch UserChange) (User, error) {
	own := a.ID == id && a.Active && ch.Name == nil && ch.Email == nil && ch.Active == nil && ch.Role == nil
	if !own {
		if err := a.requireIT(); err != nil {
			return User{}, err
		}
	}
	var out User
	err := d.atomically(ctx, func(d *Desk) error {
		u, err := d.store.User(ctx, id)
		if err != nil {
			return err
		}
		next, err := ch.Apply(u)
		if err != nil {
			return err
		}
		if u.IsIT() && !next.IsIT() {
			if err := d.leavesIT(ctx, a, id); err != nil {
				return err
			}
		}
		next.UpdatedAt = d.Now()
		out, err = d.store.UpdateUser(ctx, next)
		return err
	})
	return out, err
}

// leavesIT gives back to the queue what somebody has not finished who will not be of IT any more.
// [ErrLastIT] for the last one.
func (d *Desk) leavesIT(ctx context.Context, a Actor, id int64) error {
	n, err := d.store.CountActiveIT(ctx)
	if err != nil {
		return err
	}
	if n <= 1 {
		return ErrLastIT
	}
	const atOnce = 100
	for more := true; more; {
		var left []Ticket
		left, more, err = d.store.Tickets(ctx, TicketFilter{AssigneeID: id, Open: true, Limit: atOnce})
		if err != nil {
			return err
		}
		for _, t := range left {
			if _, err := d.Change(ctx, a, t.ID, TicketChange{Assignee: &Assignment{}}, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetPassword gives an account a new password and voids its tokens. The caller has proof
// that the person may (a code, a personal link) or is the command line.
func (d *Desk) SetPassword(ctx context.Context, userID int64, password string) error {
	hash, err := d.hash("new_password", password)
	if err != nil {
		return err
	}
	return d.store.SetPassword(ctx, userID, hash)
}

// Logout voids every token of the actor.
func (d *Desk) Logout(ctx context.Context, a Actor) error {
	if err := a.authenticated(); err != nil {
		return err
	}
	return d.store.RevokeTokens(ctx, a.ID)
}
