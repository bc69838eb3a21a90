package domain

import (
	"context"
	"slices"
	"time"
)

// ConnectGroup makes a chat an IT group, or changes where in it and for which categories;
// IT only. All categories are stored as none, so that one that is added later is among them.
func (d *Desk) ConnectGroup(ctx context.Context, a Actor, g Group) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	if err := g.normalize(); err != nil {
		return err
	}
	return d.store.SaveGroup(ctx, g)
}

// normalize puts the categories in their order and checks the fields.
func (g *Group) normalize() error {
	var c checks
	if g.ChatID >= 0 {
		c.add("chat_id", "not_a_group")
	}
	if g.ThreadID < 0 {
		c.add("topico", "malformed")
	}
	var in []Category
	for _, known := range Categories {
		if slices.Contains(g.Categories, known) {
			in = append(in, known)
		}
	}
	for _, k := range g.Categories {
		if !k.Valid() {
			c.add("categorias", "unknown_category", "Value", string(k))
		}
	}
	if g.Categories = in; len(in) == len(Categories) {
		g.Categories = nil
	}
	return c.err()
}

// Takes reports whether tickets of a category go to the group.
func (g Group) Takes(c Category) bool {
	return len(g.Categories) == 0 || slices.Contains(g.Categories, c)
}

// GroupChange is a partial update of a group; nil fields stay.
type GroupChange struct {
	Title      *string
	ThreadID   *int64
	Categories *[]Category // empty: all
}

// UpdateGroup changes a group, and connects one that is not; IT only.
func (d *Desk) UpdateGroup(ctx context.Context, a Actor, chatID int64, ch GroupChange) (Group, error) {
	if err := a.requireIT(); err != nil {
		return Group{}, err
	}
	g := Group{ChatID: chatID}
	err := d.atomically(ctx, func(d *Desk) error {
		old, _, err := d.group(ctx, chatID)
		if err != nil {
			return err
		}
		if old.ChatID != 0 {
			g = old
		}
		if ch.Title != nil {
			g.Title = *ch.Title
		}
		if ch.ThreadID != nil {
			g.ThreadID = *ch.ThreadID
		}
		if ch.Categories != nil {
			g.Categories = *ch.Categories
		}
		if err := g.normalize(); err != nil {
			return err
		}
		return d.store.SaveGroup(ctx, g)
	})
	return g, err
}

// Group returns a connected group; ok is false for another chat. It may be asked for
// anybody: what is in a group everybody there sees.
func (d *Desk) Group(ctx context.Context, chatID int64) (g Group, ok bool, err error) {
	return d.group(ctx, chatID)
}

func (d *Desk) group(ctx context.Context, chatID int64) (Group, bool, error) {
	groups, err := d.store.Groups(ctx)
	if i := slices.IndexFunc(groups, func(g Group) bool { return g.ChatID == chatID }); i >= 0 {
		return groups[i], true, err
	}
	return Group{}, false, err
}

// DisconnectGroup ends that a group is IT's; [ErrGroupNotFound] if it is not; IT only.
func (d *Desk) DisconnectGroup(ctx context.Context, a Actor, chatID int64) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	if _, ok, err := d.group(ctx, chatID); !ok || err != nil {
		if err == nil {
			err = ErrGroupNotFound
		}
		return err
	}
	return d.store.DropGroup(ctx, chatID)
}

// Groups lists the IT groups; IT only.
func (d *Desk) Groups(ctx context.Context, a Actor) ([]Group, error) {
	if err := a.requireIT(); err != nil {
		return nil, err
	}
	return d.store.Groups(ctx)
}

// GroupMoved follows a group that became a supergroup with another id; said by Telegram.
func (d *Desk) GroupMoved(ctx context.Context, from, to int64) error {
	return d.store.MoveGroup(ctx, from, to)
}

// TopicGone forgets a topic of a group that was deleted: what is sent there goes outside of
// it; said by Telegram.
func (d *Desk) TopicGone(ctx context.Context, chatID, threadID int64) error {
	return d.store.ForgetTopic(ctx, chatID, threadID)
}

// ChatBlocked notes that a person blocked the bot or lets it write again; said by
// Telegram. IT sees it on the cards of their open tickets.
func (d *Desk) ChatBlocked(ctx context.Context, telegramID int64, blocked bool) error {
	var since time.Time
	if blocked {
		since = d.Now()
	}
	return d.store.SetChatBlocked(ctx, telegramID, since)
}
