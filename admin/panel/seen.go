package panel

import (
	"context"
	"time"

	"chamados/domain"
)

const (
	// seenAtOnce bounds the looks that are being noted; what is beyond is noted next time.
	seenAtOnce  = 8
	seenTimeout = 5 * time.Second
)

// noteSeen notes behind the page's back that its reader has seen the ticket.
func (p *Panel) noteSeen(ctx context.Context, v *visit, t domain.TicketView) {
	select {
	case p.seen <- struct{}{}:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), seenTimeout)
	go func() {
		defer func() { cancel(); <-p.seen }()
		if err := p.Desk.Seen(ctx, v.Actor, t); err != nil {
			p.Log.WarnContext(ctx, "panel: a look was not noted", "error", err)
		}
	}()
}
