package domain

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SignupRules say who may sign up by chat.
type SignupRules struct {
	// Domains are the company's: whoever has an address there gets an account. example.com is that domain
	// alone, *.example.com every one below it.
	Domains []string
	CodeKey []byte // keys the hashes of codes
}

// allows reports whether an address may make an account.
func (r SignupRules) allows(email string) bool {
	_, host, _ := strings.Cut(email, "@")
	host = strings.ToLower(host)
	return slices.ContainsFunc(r.Domains, func(d string) bool {
		d = strings.ToLower(d)
		if below, ok := strings.CutPrefix(d, "*"); ok {
			return strings.HasSuffix(host, below)
		}
		return d == host
	})
}

// Signup is a stranger in chat who was asked for a code. Hash is nil when none was sent:
// the stranger is not told.
type Signup struct {
	ChatID    int64
	Email     string
	Hash      []byte
	ExpiresAt time.Time
	Tries     int
}

// SignupStore keeps who is asked for a code, one address a chat.
type SignupStore interface {
	// SaveSignup takes the place of the chat's earlier one.
	SaveSignup(ctx context.Context, s Signup) error
	// LockSignup returns the chat's, locked; ok is false when there is none.
	LockSignup(ctx context.Context, chatID int64) (s Signup, ok bool, err error)
	DropSignup(ctx context.Context, chatID int64) error
}

// ErrSignupCode is the answer to a wrong, used, expired or never sent code.
var ErrSignupCode = &Error{Code: CodeInvalid, Key: "signup_code"}

// RequestSignup mails a code to an address that a stranger gave, if it is an account's or of
// the company. Nothing tells the stranger which: the outcome is the same for all addresses
// that can be one.
func (d *Desk) RequestSignup(ctx context.Context, rules SignupRules, chatID int64, email string, lang Lang) error {
	email = NormalizeEmail(email)
	var c checks
	checkEmail(&c, email)
	if err := c.err(); err != nil {
		return err
	}
	u, err := d.store.UserByEmail(ctx, email)
	known := err == nil && u.Active
	if err != nil && !errors.Is(err, ErrUserNotFound) {
		return err
	}
	s := Signup{ChatID: chatID, Email: email, ExpiresAt: d.Now().Add(CodeTTL)}
	if !known && (err == nil || !rules.allows(email)) {
		return d.store.SaveSignup(ctx, s)
	}
	code, err := newCode()
	if err != nil {
		return err
	}
	s.Hash = signupHash(rules.CodeKey, chatID, code)
	m := Mail{Kind: MailSignup, UserID: u.ID, Address: email, Lang: lang, Secrets: MailSecrets{Code: code}, ExpiresAt: s.ExpiresAt}
	if err := d.store.SaveSignup(ctx, s); err != nil {
		return err
	}
	return d.store.EnqueueMail(ctx, m)
}

// AwaitsSignup reports whether a chat was asked for a code that can still be typed.
func (d *Desk) AwaitsSignup(ctx context.Context, chatID int64) (bool, error) {
	s, ok, err := d.store.LockSignup(ctx, chatID)
	return ok && d.Now().Before(s.ExpiresAt), err
}

// FinishSignup ties a chat to the account whose code was typed, and makes the account where
// there is none. A wrong code counts; the caller commits that too, as it does all that this
// writes when the error is [ErrSignupCode].
func (d *Desk) FinishSignup(ctx context.Context, rules SignupRules, code string, p TelegramProfile, name string) (Linked, error) {
	s, ok, err := d.store.LockSignup(ctx, p.ID)
	if err != nil {
		return Linked{}, err
	}
	if !ok || s.Tries >= CodeTries || !d.Now().Before(s.ExpiresAt) {
		return Linked{}, ErrSignupCode
	}
	if s.Hash == nil || !hmac.Equal(s.Hash, signupHash(rules.CodeKey, p.ID, code)) {
		s.Tries++
		if err := d.store.SaveSignup(ctx, s); err != nil {
			return Linked{}, err
		}
		return Linked{}, ErrSignupCode
	}
	if err := d.store.DropSignup(ctx, p.ID); err != nil {
		return Linked{}, err
	}
	u, err := d.signedUp(ctx, s.Email, name, p.Lang)
	if err != nil {
		return Linked{}, err
	}
	out := Linked{}
	if out.Previous, err = d.store.LinkTelegram(ctx, u.ID, p); err != nil {
		return out, err
	}
	if out.Previous == p.ID {
		out.Previous = 0
	}
	out.User, err = d.store.User(ctx, u.ID)
	return out, err
}

// signedUp returns the account with a proven address, made now if there was none.
func (d *Desk) signedUp(ctx context.Context, email, name string, lang Lang) (User, error) {
	u, err := d.store.UserByEmail(ctx, email)
	if err == nil && !u.Active {
		return u, ErrSignupCode
	}
	if !errors.Is(err, ErrUserNotFound) {
		return u, err
	}
	n := NewUser{Name: name, Email: email, Role: RoleEmployee, Lang: lang}
	n.Normalize()
	if n.Validate() != nil {
		n.Name, _, _ = strings.Cut(email, "@")
	}
	now := d.Now()
	return d.store.CreateUser(ctx, User{
		Name: n.Name, Email: n.Email, Role: n.Role, Active: true, Lang: lang, CreatedAt: now, UpdatedAt: now,
	}, "")
}

// newCode draws six figures.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

func signupHash(key []byte, chatID int64, code string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("signup:" + strconv.FormatInt(chatID, 10) + ":" + code))
	return mac.Sum(nil)
}
