package domain

import (
	"context"
	_ "embed"
	"strings"
	"unicode"
)

// commonWords are what the commonest passwords are made of, one a line, small letters
// without accents: words, names, clubs, rows of keys.
//
//go:embed common_passwords.txt
var commonWords string

var common = func() map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.Fields(commonWords) {
		out[word] = true
	}
	return out
}()

// unmask undoes what people put in the place of letters.
var unmask = strings.NewReplacer(
	"@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t",
	"á", "a", "à", "a", "ã", "a", "â", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ç", "c",
)

// commonPassword reports whether a password is among those that are guessed first: one of
// the common words with nothing but figures and signs around it, also in disguise or twice,
// a date, a row of keys, or the same few characters again and again.
func commonPassword(s string) bool {
	s = strings.ToLower(s)
	if repeats(s) || keyRun(s) {
		return true
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	bare := strings.TrimFunc(s, notLetter)
	if bare == "" {
		return onlyDate(s)
	}
	last := strings.LastIndexFunc(s, unicode.IsLetter)
	for end := range s + "." { // any of the figures after the last letter may stand for a letter
		if end <= last {
			continue
		}
		for _, core := range []string{strings.TrimLeftFunc(s[:end], notLetter), unmask.Replace(s[:end])} {
			if common[core] || common[half(core)] {
				return true
			}
		}
	}
	return common[unmask.Replace(bare)]
}

// half returns the first half of a word that is written twice, else "".
func half(s string) string {
	if n := len(s) / 2; len(s)%2 == 0 && s[:n] == s[n:] {
		return s[:n]
	}
	return ""
}

// repeats reports whether s is one to four characters over and over.
func repeats(s string) bool {
	r := []rune(s)
	for n := 1; n <= 4; n++ {
		same := true
		for i := n; i < len(r) && same; i++ {
			same = r[i] == r[i-n]
		}
		if same {
			return true
		}
	}
	return false
}

// rows are the orders in which people run over keys.
var rows = func() []string {
	rows := []string{
		"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertyuiopasdfghjklçzxcvbnm",
		"1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "q1w2e3r4t5y6u7i8o9p0", "!@#$%¨&*()",
	}
	for _, row := range rows {
		reversed := []rune(row)
		for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
			reversed[i], reversed[j] = reversed[j], reversed[i]
		}
		rows = append(rows, string(reversed))
	}
	return rows
}()

// keyRun reports whether s is made of at most two runs over neighbouring keys.
func keyRun(s string) bool {
	within := func(part string) bool {
		for _, row := range rows {
			if strings.Contains(row, part) {
				return true
			}
		}
		return false
	}
	for i := range s {
		if within(s[:i]) && within(s[i:]) {
			return true
		}
	}
	return false
}

// onlyDate reports whether s is a date in figures, as 01011990, 1990-01-01 or 010119 90.
func onlyDate(s string) bool {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if len(digits) != 8 {
		return false
	}
	year := func(y string) bool { return y >= "1930" && y <= "2039" }
	return year(digits[4:]) && digits[:2] <= "31" && digits[2:4] <= "31" || year(digits[:4]) && digits[4:6] <= "12" && digits[6:] <= "31"
}

// InvitedAccount returns the account that a personal link is for, as long as it can be
// used; for whoever has the link.
func (d *Desk) InvitedAccount(ctx context.Context, token string, kind InviteKind) (User, error) {
	inv, err := d.store.LockInvite(ctx, hashToken(token))
	if err != nil {
		return User{}, err
	}
	if err := inv.usable(kind, d.Now()); err != nil {
		return User{}, err
	}
	u, err := d.store.User(ctx, inv.UserID)
	if err == nil && !u.Active {
		return User{}, ErrInactive
	}
	return u, err
}

// SetPasswordByInvite uses a personal link to set its account's password, and voids the
// tokens that the account has. The link works once.
func (d *Desk) SetPasswordByInvite(ctx context.Context, token, password string) (User, error) {
	if _, err := d.InvitedAccount(ctx, token, InvitePassword); err != nil {
		return User{}, err
	}
	hash, err := d.hash("new_password", password)
	if err != nil {
		return User{}, err
	}
	var out User
	err = d.atomically(ctx, func(d *Desk) error {
		inv, err := d.store.LockInvite(ctx, hashToken(token))
		if err != nil {
			return err
		}
		if err := inv.usable(InvitePassword, d.Now()); err != nil {
			return err
		}
		if err := d.store.UseInvite(ctx, inv.ID, d.Now()); err != nil {
			return err
		}
		if err := d.store.SetPassword(ctx, inv.UserID, hash); err != nil {
			return err
		}
		out, err = d.store.User(ctx, inv.UserID)
		return err
	})
	return out, err
}

// ChangePassword gives the actor a new password if current is the one they have, and voids
// every token. It returns the account with its new token version.
func (d *Desk) ChangePassword(ctx context.Context, a Actor, current, password string) (User, error) {
	if err := a.authenticated(); err != nil {
		return User{}, err
	}
	stored, err := d.store.PasswordHash(ctx, a.ID)
	if err != nil {
		return User{}, err
	}
	if !d.passwords.Matches(stored, current) {
		return User{}, ErrWrongPassword
	}
	hash, err := d.hash("new_password", password)
	if err != nil {
		return User{}, err
	}
	if err := d.store.SetPassword(ctx, a.ID, hash); err != nil {
		return User{}, err
	}
	return d.store.User(ctx, a.ID)
}

// ErrWrongPassword is the answer to a mistaken current password.
var ErrWrongPassword = Invalid(FieldError{Field: "current_password", Key: "wrong_password"})

// hash checks a password against the rules, as a value of field, and hashes it.
func (d *Desk) hash(field, password string) (string, error) {
	var c checks
	checkPassword(&c, field, password)
	if err := c.err(); err != nil {
		return "", err
	}
	return d.passwords.Hash(password)
}
