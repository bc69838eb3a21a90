package domain

import "time"

// InviteTTL is how long an invitation to link Telegram can be used: long enough for a
// person on holiday, short enough that a forgotten link dies.
const InviteTTL = 7 * 24 * time.Hour

// InviteKind is what a personal one-time link is for.
type InviteKind string

const (
	InviteTelegram InviteKind = "telegram"
	InvitePassword InviteKind = "senha"
)

// Invite is a personal one-time link. Only its SHA-256 is stored.
type Invite struct {
	ID        int64
	UserID    int64
	Kind      InviteKind
	Hash      []byte
	ExpiresAt time.Time
	UsedAt    time.Time // zero until used
}

// usable reports whether the invitation can be used now for kind.
func (i Invite) usable(kind InviteKind, now time.Time) error {
	switch {
	case i.Kind != kind:
		return ErrInviteUnknown
	case !i.UsedAt.IsZero():
		return ErrInviteUsed
	case !now.Before(i.ExpiresAt):
		return ErrInviteExpired
	}
	return nil
}

// TelegramProfile is what Telegram says about a person.
type TelegramProfile struct {
	ID   int64
	Name string // @username, or the name
	Lang Lang
}

// Group is a place where IT is told of tickets: a group, or a topic of a forum group. A ticket
// is told of in one place of each group: where its category is named, else where all go.
type Group struct {
	ChatID     int64
	Title      string
	ThreadID   int64      // forum topic; 0 for none
	Categories []Category // empty: all
	MovedFrom  int64      // the id before Telegram moved the chat; 0 if it never did
	LostAt     time.Time  // since when the bot cannot write there; zero: it can
}

// Lost reports whether the bot cannot write there.
func (g Group) Lost() bool { return !g.LostAt.IsZero() }
