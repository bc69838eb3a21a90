package notify

import (
	"context"
	"slices"

	"chamados/domain"
)

// audience returns whom a card or notice is for, and the ticket as they may see it. It
// decides anew at delivery: a link, a role or a group may have changed since the notice was
// written. A requester sees their own ticket as any requester does, also one of IT.
func (r *Relay) audience(ctx context.Context, d *domain.Delivery) (Reader, domain.TicketView, error) {
	reader := Reader{Lang: r.o.GroupLang, IT: true, Now: r.o.Now()}
	var userID int64
	if d.UserID == 0 {
		if err := r.connected(ctx, d.ChatID); err != nil {
			return reader, domain.TicketView{}, err
		}
	} else {
		u, err := r.linked(ctx, d.UserID, d.ChatID)
		if err != nil {
			return reader, domain.TicketView{}, err
		}
		userID, reader.IT = u.ID, u.IsIT()
		if reader.Lang = u.Lang; u.Lang == "" {
			reader.Lang = domain.LangPortuguese
		}
	}
	v, err := r.o.Tickets.TicketView(ctx, d.TicketID, reader.IT)
	if err != nil {
		return reader, v, err
	}
	if reader.IT && userID == v.RequesterID {
		reader.IT = false
		if v, err = r.o.Tickets.TicketView(ctx, d.TicketID, false); err != nil {
			return reader, v, err
		}
	}
	if !reader.IT && userID != v.RequesterID {
		return reader, v, moot("the ticket is somebody else's")
	}
	reader.Former = reader.IT && userID != 0 && userID != v.AssigneeID
	reader.Reachable, err = r.reachable(ctx, reader, v)
	return reader, v, err
}

// linked returns the account that a private chat belongs to, and refuses one that is switched off or another chat's.
func (r *Relay) linked(ctx context.Context, userID, chatID int64) (domain.User, error) {
	u, err := r.o.Tickets.User(ctx, userID)
	if err == nil && (!u.Active || u.TelegramID != chatID) {
		err = moot("the account is switched off or no longer linked to this chat")
	}
	return u, err
}

// connected refuses chats that are no IT group (any more), or cannot be written to.
func (r *Relay) connected(ctx context.Context, chatID int64) error {
	groups, err := r.o.Tickets.Groups(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(groups, func(g domain.Group) bool { return g.ChatID == chatID && !g.Lost() }) {
		return moot("the group is not connected")
	}
	return nil
}

// reachable reports whether the requester can be written to, which only IT is shown.
func (r *Relay) reachable(ctx context.Context, reader Reader, v domain.TicketView) (bool, error) {
	if !reader.IT {
		return true, nil
	}
	u, err := r.o.Tickets.User(ctx, v.RequesterID)
	if err != nil {
		return false, err
	}
	return u.Active && u.TelegramID != 0 && u.ChatBlocked.IsZero(), nil
}

// forReader returns the events that a reader may learn of and has not dealt with.
func forReader(reader Reader, userID int64, history []domain.Event, events []domain.NoticeEventView) []domain.NoticeEventView {
	return slices.DeleteFunc(slices.Clone(events), func(e domain.NoticeEventView) bool {
		return e.Internal && !reader.IT || userID != 0 && e.Overtaken(userID, history)
	})
}
