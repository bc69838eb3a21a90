package main

import (
	"context"
	"strings"

	"chamados/domain"
	"chamados/internal/config"
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
		if p.desk.BornPassword(ctx, u) {
			p.log.Warn("an IT account has a well-known password: change it now", "email", u.Email)
		}
	}
	return nil
}
