package main

import (
	"context"
	"time"
)

// unmailed has the mail server refuse, hang, hang up and dawdle.
var unmailed = scenario{
	name: "mail server fails", mails: true, settle: 6 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		for _, m := range []mood{away, cuts, hangs, slowly} {
			st.mail.behave(m)
			pause(ctx, 40*time.Second) // notices wait half a minute before they are mailed
		}
		return nil
	},
}
