package domain

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// inviteBytes is the size of a personal link's secret: 192 bits, 32 characters in a
// deep link, which holds at most 64.
const inviteBytes = 24

// Invite makes a personal one-time link's token for an account and returns it; only its
// hash is kept. IT may make one for anybody, everybody may link themselves.
func (d *Desk) Invite(ctx context.Context, a Actor, userID int64, kind InviteKind) (string, error) {
	if err := a.authenticated(); err != nil {
		return "", err
	}
	if a.ID != userID {
		if err := a.requireIT(); err != nil {
			return "", err
		}
	}
	u, err := d.store.User(ctx, userID)
	if err != nil {
		return "", err
	}
	if !u.Active {
		return "", ErrInviteInactive
	}
	token, invite, err := d.newInvite(userID, kind)
	if err != nil {
		return "", err
	}
	return token, d.store.CreateInvites(ctx, []Invite{invite})
}

// newInvite draws a personal link's token, which is kept nowhere, and the invitation that
// knows its hash.
func (d *Desk) newInvite(userID int64, kind InviteKind) (string, Invite, error) {
	secret := make([]byte, inviteBytes)
	if _, err := rand.Read(secret); err != nil {
		return "", Invite{}, err
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	return token, Invite{UserID: userID, Kind: kind, Hash: hashToken(token), ExpiresAt: d.Now().Add(InviteTTL)}, nil
}

// InviteHash is an invitation as it may be kept: it names the invitation, but nobody who reads
// it can use the link.
type InviteHash []byte

// Invitation returns the account that a link for Telegram is for, without using the link up, and
// what to [Desk.AcceptInvite] then.
func (d *Desk) Invitation(ctx context.Context, token string) (User, InviteHash, error) {
	hash := hashToken(token)
	inv, err := d.store.LockInvite(ctx, hash)
	if err != nil {
		return User{}, nil, err
	}
	u, err := d.invited(ctx, inv)
	return u, hash, err
}

// invited returns the account of an invitation that can be used now.
func (d *Desk) invited(ctx context.Context, inv Invite) (User, error) {
	if err := inv.usable(InviteTelegram, d.Now()); err != nil {
		return User{}, err
	}
	u, err := d.store.User(ctx, inv.UserID)
	if err == nil && !u.Active {
		err = ErrInactive
	}
	return u, err
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Linked is the outcome of linking: the account, and the Telegram account that it was
// linked to before (0 for none), which should hear of it.
type Linked struct {
	User     User
	Previous int64
}

// LinkTelegram uses an invitation to tie its account to a Telegram account. Linking anew
// moves the link.
func (d *Desk) LinkTelegram(ctx context.Context, token string, p TelegramProfile) (Linked, error) {
	return d.AcceptInvite(ctx, hashToken(token), p)
}

// AcceptInvite is LinkTelegram for an invitation that was kept by its hash.
func (d *Desk) AcceptInvite(ctx context.Context, hash InviteHash, p TelegramProfile) (Linked, error) {
	var out Linked
	err := d.atomically(ctx, func(d *Desk) error {
		inv, err := d.store.LockInvite(ctx, hash)
		if err != nil {
			return err
		}
		u, err := d.invited(ctx, inv)
		if err != nil {
			return err
		}
		if err := d.store.UseInvite(ctx, inv.ID, d.Now()); err != nil {
			return err
		}
		if out.Previous, err = d.store.LinkTelegram(ctx, u.ID, p); err != nil {
			return err
		}
		if out.Previous == p.ID {
			out.Previous = 0
		}
		out.User, err = d.store.User(ctx, u.ID)
		return err
	})
	return out, err
}

// UnlinkTelegram unties an account from Telegram: one's own, or any for IT. It returns
// the Telegram id that it had (0 for none).
func (d *Desk) UnlinkTelegram(ctx context.Context, a Actor, userID int64) (int64, error) {
	if err := a.authenticated(); err != nil {
		return 0, err
	}
	if a.ID != userID {
		if err := a.requireIT(); err != nil {
			return 0, err
		}
	}
	return d.store.UnlinkTelegram(ctx, userID)
}
