package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"chamados/domain"
)

// Accounts that installations are born with, and what they are born with. Each pair costs
// one password hash of processor time at the start, so the lists stay short.
var (
	bornNames     = []string{"admin", "administrador", "ti", "suporte", "root"}
	bornPasswords = []string{"admin123", "admin", "123456", "senha123"}
)

// warn tells whoever runs the desk of settings that work but should not stay.
func (p *Program) warn(configFile string) {
	if p.config.Secret != "" && len(p.config.Secret) < goodSecret {
		p.log.Warn("secret_key (SECRET_KEY) is short: 32 characters or more cannot be guessed", "characters", len(p.config.Secret))
	}
	if public(p.config.HTTP.Addr) && !strings.HasPrefix(p.config.HTTP.PublicURL, "https://") {
		p.log.Warn("the panel listens beyond this machine without TLS: put a proxy with TLS before it and set http.public_url",
			"address", p.config.HTTP.Addr)
	}
	for _, file := range openSecrets(configFile) {
		p.log.Warn("others on this machine can read secrets: chmod 600", "file", file)
	}
	p.background("warnings", p.warnOfPasswords)
}

// openSecrets returns which of the settings' files hold secrets that everybody can read.
func openSecrets(configFile string) []string {
	var open []string
	for _, file := range []string{configFile, filepath.Join(filepath.Dir(configFile), ".env")} {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o004 != 0 && holdsSecrets(file) {
			open = append(open, file)
		}
	}
	return open
}

// public reports whether an address can be reached from other machines.
func public(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

func holdsSecrets(file string) bool {
	data, err := os.ReadFile(file)
	text := strings.ToLower(string(data))
	for _, word := range []string{"password:", "token:", "secret_key:", "db_password=", "secret_key=", "_token=", "_secret="} {
		if _, rest, found := strings.Cut(text, word); found && strings.Trim(strings.SplitN(rest, "\n", 2)[0], " \"'\r") != "" {
			return err == nil
		}
	}
	return false
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
