package main

import (
	"context"
	"slices"
	"strings"

	"chamados/domain"
	"chamados/internal/config"
)

// Accounts that installations are born with, and what they are born with. Each pair costs
// one password hash of processor time at the start, so the lists stay short.
var (
	bornNames     = []string{"admin", "administrador", "ti", "suporte", "root"}
	bornPasswords = []string{"admin123", "admin", "123456", "senha123"}
)

// warn tells whoever runs the desk of settings that work but should not stay.
func (p *Program) warn(configFile string) {
	if p.config.Secret != "" && len(p.config.Secret) < config.GoodSecret {
		p.log.Warn("secret_key (SECRET_KEY) is short: 32 characters or more cannot be guessed", "characters", len(p.config.Secret))
	}
	if config.Public(p.config.HTTP.Addr) && !strings.HasPrefix(p.config.HTTP.PublicURL, "https://") {
		p.log.Warn("the panel listens beyond this machine without TLS: put a proxy with TLS before it and set http.public_url",
			"address", p.config.HTTP.Addr)
	}
	for _, file := range config.OpenSecrets(configFile) {
		p.log.Warn("others on this machine can read secrets: chmod 600", "file", file)
	}
	p.background("warnings", p.warnOfPasswords)
}

// warnOfPasswords looks, in the background, for accounts of IT that still have the password
// they were born with.
func (p *Program) warnOfPasswords(ctx context.Context) error {
	active := true
	team, err := p.db.Users(ctx, domain.UserFilter{Role: domain.RoleIT, Active: &active})
	if err != nil {
		return nil
	}
	for _, u := range team {
		if p.bornPassword(ctx, u) {
			p.log.Warn("an IT account has a well-known password: change it now", "email", u.Email)
		}
	}
	return nil
}

// bornPassword reports whether an account has a name and a password that installations are
// born with.
func (p *Program) bornPassword(ctx context.Context, u domain.User) bool {
	name, _, _ := strings.Cut(u.Email, "@")
	if !slices.Contains(bornNames, name) {
		return false
	}
	for _, password := range bornPasswords {
		if ctx.Err() != nil {
			return false
		}
		if _, err := p.desk.Authenticate(ctx, u.Email, password); err == nil {
			return true
		}
	}
	return false
}
