package domain

import (
	"context"
	"slices"
	"strings"
)

// Accounts that installations are born with, and what they are born with. Each pair costs
// one password hash of processor time, so the lists stay short.
var (
	bornNames     = []string{"admin", "administrador", "ti", "suporte", "root"}
	bornPasswords = []string{"admin123", "admin", "123456", "senha123"}
)

// BornPassword reports whether an account has a name and a password that installations are
// born with.
func (d *Desk) BornPassword(ctx context.Context, u User) bool {
	name, _, _ := strings.Cut(u.Email, "@")
	if !slices.Contains(bornNames, name) {
		return false
	}
	for _, password := range bornPasswords {
		if ctx.Err() != nil {
			return false
		}
		if _, err := d.Authenticate(ctx, u.Email, password); err == nil {
			return true
		}
	}
	return false
}
