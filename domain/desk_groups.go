package domain

import (
	"context"
	"slices"
	"time"
)

// ConnectGroup makes a chat, or a topic of it, a place of IT, or changes for which categories; IT
// only. All categories are stored as none, so that one that is added later is among them.
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

// GroupChange is a partial update of a place; nil fields stay.
type GroupChange struct {
	Title      *string
	Categories *[]Category // empty: all
}

// UpdateGroup changes a place of a group (threadID 0: outside of topics), and connects one that
// is not; IT only. In one group a category goes to one place: the group's other topics lose what
// this one takes. A lost group counts as found again.
func (d *Desk) UpdateGroup(ctx context.Context, a Actor, chatID, threadID int64, ch GroupChange) (Group, error) {
	if err := a.requireIT(); err != nil {
		return Group{}, err
	}
	g := Group{ChatID: chatID, ThreadID: threadID}
	err := d.atomically(ctx, func(d *Desk) error {
		places, err := d.places(ctx, chatID)
		if err != nil {
			return err
		}
		g.adopt(places)
		if ch.Title != nil {
			g.Title = *ch.Title
		}
		if ch.Categories != nil {
			g.Categories = *ch.Categories
		}
		if err := g.normalize(); err != nil {
			return err
		}
		if err := d.store.SaveGroup(ctx, g); err != nil {
			return err
		}
		g.LostAt = time.Time{}
		if err := d.store.RegainGroup(ctx, chatID); err != nil {
			return err
		}
		return d.makeRoom(ctx, g, places)
	})
	return g, err
}

// adopt takes over what is known of a place, or, for a new one, of the group's others.
func (g *Group) adopt(places []Group) {
	for _, p := range places {
		if p.ThreadID == g.ThreadID {
			*g = p
			return
		}
		g.Title, g.MovedFrom = p.Title, p.MovedFrom
	}
}

// makeRoom takes from a group's other places what g takes.
func (d *Desk) makeRoom(ctx context.Context, g Group, places []Group) error {
	for _, p := range places {
		next, stays := p.without(g)
		switch {
		case p.ThreadID == g.ThreadID || stays && len(next.Categories) == len(p.Categories):
			continue
		case stays:
			if err := d.store.SaveGroup(ctx, next); err != nil {
				return err
			}
		default:
			if err := d.store.DropTopic(ctx, p.ChatID, p.ThreadID); err != nil {
				return err
			}
		}
	}
	return nil
}

// without returns the place without what g names; false if nothing is left of it. A place for all
// is for what the others do not name, so that there is one.
func (g Group) without(other Group) (Group, bool) {
	if len(other.Categories) == 0 || len(g.Categories) == 0 {
		return g, len(g.Categories) > 0 || len(other.Categories) > 0
	}
	g.Categories = slices.DeleteFunc(slices.Clone(g.Categories), other.Takes)
	return g, len(g.Categories) > 0
}

// Group returns the oldest place of a connected group, lost or not; ok is false for another
// chat. It may be asked for anybody: what is in a group everybody there sees.
func (d *Desk) Group(ctx context.Context, chatID int64) (g Group, ok bool, err error) {
	places, err := d.places(ctx, chatID)
	if len(places) == 0 {
		return Group{}, false, err
	}
	return places[0], true, err
}

// Place returns one place of a group; ok is false if it is not connected.
func (d *Desk) Place(ctx context.Context, chatID, threadID int64) (g Group, ok bool, err error) {
	places, err := d.places(ctx, chatID)
	if i := slices.IndexFunc(places, func(p Group) bool { return p.ThreadID == threadID }); i >= 0 {
		return places[i], true, err
	}
	return Group{}, false, err
}

// places returns the places of a group.
func (d *Desk) places(ctx context.Context, chatID int64) ([]Group, error) {
	groups, err := d.store.Groups(ctx)
	return slices.DeleteFunc(groups, func(g Group) bool { return g.ChatID != chatID }), err
}

// DisconnectGroup ends that a group is IT's; [ErrGroupNotFound] if it is not; IT only.
func (d *Desk) DisconnectGroup(ctx context.Context, a Actor, chatID int64) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	places, err := d.places(ctx, chatID)
	if err == nil && len(places) == 0 {
		err = ErrGroupNotFound
	}
	if err != nil {
		return err
	}
	return d.store.DropGroup(ctx, chatID)
}

// DisconnectTopic ends that a place of a group is IT's, and with its last one that the group is;
// [ErrGroupNotFound] if it is not; IT only.
func (d *Desk) DisconnectTopic(ctx context.Context, a Actor, chatID, threadID int64) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	places, err := d.places(ctx, chatID)
	if err == nil && !slices.ContainsFunc(places, func(g Group) bool { return g.ThreadID == threadID }) {
		err = ErrGroupNotFound
	}
	switch {
	case err != nil:
		return err
	case len(places) == 1:
		return d.store.DropGroup(ctx, chatID)
	}
	return d.store.DropTopic(ctx, chatID, threadID)
}

// GroupLost notes that the bot cannot write to a group any more; said by Telegram. It returns the
// group the first time, with who is to be told; ok is false if it is not connected or known to be lost.
func (d *Desk) GroupLost(ctx context.Context, chatID int64) (l LostGroup, ok bool, err error) {
	err = d.atomically(ctx, func(d *Desk) error {
		at := d.Now()
		if ok, err = d.store.LoseGroup(ctx, chatID, at); !ok || err != nil {
			return err
		}
		groups, err := d.store.Groups(ctx)
		if err != nil {
			return err
		}
		for _, g := range groups {
			switch {
			case g.ChatID == chatID:
				l.Group = g
			case !g.Lost() && l.Instead.ChatID == 0:
				l.Instead = g
			}
		}
		active := true
		l.Team, err = d.store.Users(ctx, UserFilter{Role: RoleIT, Active: &active})
		l.Team = slices.DeleteFunc(l.Team, func(u User) bool { return u.TelegramID == 0 || !u.ChatBlocked.IsZero() })
		return err
	})
	return l, ok, err
}

// LostGroup is a group that cannot be written to any more.
type LostGroup struct {
	Group
	Instead Group  // where what no other group takes is told of now; zero if nowhere
	Team    []User // of IT, who can be told in chat
}

// Groups lists the places where IT is told of tickets, lost ones too; IT only.
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

// TopicGone forgets a topic of a group that was deleted: what went there goes outside of it;
// said by Telegram.
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
