package main

import (
	"context"
	"strings"

	"chamados/admin/mail"
	"chamados/internal/config"
)

// mail logs in to the mail system and sends nothing.
func (d *doctor) mail(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	c := d.config.Mail
	switch missing := c.Missing(); {
	case len(missing) > 0:
		d.fail("email", "missing", "Names", strings.Join(missing, ", "))
		return
	case !c.Configured():
		d.warn("email", "off")
		return
	}
	if err := checkMail(ctx, c); err != nil {
		d.fail("email", "refused", "Error", err)
		return
	}
	d.ok("email", "ok", "From", c.From)
}

func checkMail(ctx context.Context, c config.Mail) error {
	if c.SMTPURL != "" {
		sender, err := mail.NewSMTP(string(c.SMTPURL), c.From, c.FromName)
		if err != nil {
			return err
		}
		return sender.Check(ctx)
	}
	sender, err := mail.NewGraph(graphOptions(c))
	if err != nil {
		return err
	}
	return sender.Check(ctx)
}
