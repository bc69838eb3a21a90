package doctor

import (
	"context"
	"strings"
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
	if err := d.o.CheckMail(ctx, c); err != nil {
		d.fail("email", "refused", "Error", err)
		return
	}
	d.ok("email", "ok", "From", c.From)
}
