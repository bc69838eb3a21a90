package domain

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// User is an account.
type User struct {
	ID           int64
	Name         string
	Email        string
	Role         Role
	Active       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	TokenVersion int32     // tokens issued for an older version are void
	HasPassword  bool      // false until the person has set one
	Lang         Lang      // "" until known
	TelegramID   int64     // 0 when not linked; equals the private chat's id
	TelegramName string    // @username or name at the time of linking
	ChatBlocked  time.Time // when Telegram said that the person blocked the bot; zero if reachable
}

// IsIT reports whether the account may act as IT: the role, and active.
func (u *User) IsIT() bool { return u.Role == RoleIT && u.Active }

// Ref returns what others may see of the account.
func (u User) Ref() *UserRef {
	return &UserRef{ID: u.ID, Name: u.Name, Email: u.Email, Role: u.Role, Active: u.Active, CreatedAt: u.CreatedAt}
}

// UserRef is a user as shown beside tickets and comments.
type UserRef struct {
	ID        int64
	Name      string
	Email     string
	Role      Role
	Active    bool
	CreatedAt time.Time
}

// Actor is who acts and through which door. It is made by a door from an account that
// it has authenticated; the domain trusts nothing else.
type Actor struct {
	User
	Channel Channel
	ChatID  int64 // the Telegram chat acted in, 0 for other doors
}

// System is the actor of what the desk does by itself.
var System = Actor{User: User{Role: RoleIT, Active: true}, Channel: ChannelSystem}

// authenticated refuses accounts that are switched off.
func (a Actor) authenticated() error {
	if !a.Active {
		return ErrInactive
	}
	return nil
}

// requireIT refuses all but active IT accounts.
func (a Actor) requireIT() error {
	if err := a.authenticated(); err != nil {
		return err
	}
	if a.Role != RoleIT {
		return ErrITOnly
	}
	return nil
}

// NewUser is the input for an account.
type NewUser struct {
	Name     string
	Email    string
	Role     Role
	Password string // plain; "" for an account whose owner sets it later
	Lang     Lang
}

// Limits of an account's fields; the columns are varchar(255), bcrypt reads 72 bytes.
const (
	MaxName         = 255
	MaxEmail        = 255
	MinPassword     = 8
	MaxPasswordSize = 72 // bytes
)

// Normalize trims the fields and lower-cases the address.
func (n *NewUser) Normalize() {
	n.Name = oneLine(n.Name)
	n.Email = NormalizeEmail(n.Email)
}

// Validate returns an [Error] of [CodeInvalid] that names each bad field, or nil.
func (n NewUser) Validate() error {
	var c checks
	checkName(&c, n.Name)
	checkEmail(&c, n.Email)
	if !n.Role.Valid() {
		c.add("tipo", "unknown_role", "Value", n.Role)
	}
	if n.Lang != "" && !slices.Contains(Langs, n.Lang) {
		c.add("idioma", "unknown_language")
	}
	if n.Password != "" {
		checkPassword(&c, "senha", n.Password)
	}
	return c.err()
}

// UserChange is a partial update of an account; nil fields stay.
type UserChange struct {
	Name   *string
	Email  *string
	Active *bool
	Role   *Role
	Lang   *Lang
}

// Apply returns u with the change made, or an [Error] of [CodeInvalid].
func (ch UserChange) Apply(u User) (User, error) {
	var c checks
	if ch.Name != nil {
		u.Name = oneLine(*ch.Name)
		checkName(&c, u.Name)
	}
	if ch.Email != nil {
		u.Email = NormalizeEmail(*ch.Email)
		checkEmail(&c, u.Email)
	}
	if ch.Role != nil {
		u.Role = *ch.Role
		if !u.Role.Valid() {
			c.add("tipo", "unknown_role", "Value", u.Role)
		}
	}
	if ch.Active != nil {
		u.Active = *ch.Active
	}
	if ch.Lang != nil {
		u.Lang = *ch.Lang
	}
	return u, c.err()
}

// NormalizeEmail returns an address as it is compared and stored: trimmed, lower case.
func NormalizeEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func checkName(c *checks, s string) {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		c.add("nome", "required")
	case n > MaxName:
		c.add("nome", "too_long", "Max", MaxName)
	case hasControl(s):
		c.add("nome", "control_characters")
	}
}

func checkEmail(c *checks, s string) {
	a, err := mail.ParseAddress(s)
	switch {
	case s == "":
		c.add("email", "required")
	case utf8.RuneCountInString(s) > MaxEmail:
		c.add("email", "too_long", "Max", MaxEmail)
	case err != nil || a.Address != s || hasControl(s):
		c.add("email", "not_an_email")
	}
}

func checkPassword(c *checks, field, s string) {
	switch {
	case utf8.RuneCountInString(s) < MinPassword:
		c.add(field, "password_too_short", "Min", MinPassword)
	case len(s) > MaxPasswordSize:
		c.add(field, "password_too_long", "Max", MaxPasswordSize)
	case commonPassword(s), breachedPassword(s):
		c.add(field, "password_common")
	}
}

// hasControl reports whether s holds control characters other than tab and line breaks.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f
	})
}
