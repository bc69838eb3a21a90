package bot

import (
	"context"
	"errors"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
)

// tapHandler does what a button is for.
type tapHandler func(*visit, context.Context, *chat.Tap, callback.Data) error

// ticketTap returns what a button about tickets does, nil for another one.
func ticketTap(verb callback.Verb) tapHandler {
	switch verb {
	case callback.Take, callback.Release, callback.SetStatus, callback.SetPriority, callback.Assign:
		return (*visit).changeTap
	case callback.PriorityMenu, callback.AssignMenu, callback.History, callback.Back,
		callback.MyCard, callback.MyHistory, callback.AskCancel:
		return (*visit).menuTap
	case callback.Open, callback.OpenMine:
		return (*visit).openTap
	case callback.Reply, callback.Note:
		return (*visit).askTap
	case callback.Files:
		return (*visit).filesTap
	case callback.Confirm, callback.Reopen:
		return (*visit).verdictTap
	case callback.Undo:
		return (*visit).undo
	case callback.Digest:
		return (*visit).digestTap
	case callback.Mine, callback.Queue, callback.Assigned:
		return (*visit).listTap
	case callback.Search:
		return (*visit).searchTap
	}
	return nil
}

// privateTap returns what a button does that only makes sense in a private chat, nil for
// another one.
func privateTap(verb callback.Verb) tapHandler {
	switch verb {
	case callback.Draft:
		return (*visit).draftTap
	case callback.Behalf:
		return (*visit).behalfTap
	case callback.Language:
		return (*visit).languageTap
	case callback.Rate:
		return (*visit).rateTap
	case callback.RateText:
		return (*visit).rateTextTap
	case callback.Prefs:
		return (*visit).prefsTap
	case callback.Unlink:
		return func(v *visit, ctx context.Context, t *chat.Tap, _ callback.Data) error { return v.unlink(ctx, t) }
	case callback.Shortcut:
		return (*visit).shortcutTap
	case callback.AddEdit:
		return (*visit).addEditTap
	case callback.Move:
		return (*visit).moveTap
	}
	return nil
}

// tap judges a press by the presser's own account and the present state, whatever the
// button says.
func (v *visit) tap(ctx context.Context, t *chat.Tap) error {
	v.thread = t.Thread
	if err := v.enter(ctx, t.Chat, t.From); err != nil {
		return err
	}
	d, err := callback.Decode(t.Data)
	switch {
	case t.From.Bot || !plausible(t.Chat, t.From):
		v.alertKey("bot.tap.unknown", nil)
		return nil
	case errors.Is(err, callback.ErrVersion):
		v.alertKey("bot.tap.old_version", nil)
		return nil
	case err != nil:
		v.alertKey("bot.tap.unknown", nil)
		return nil
	case !v.known:
		v.alertKey("bot.tap.unlinked", nil)
		return nil
	case !v.actor.Active:
		return domain.ErrInactive
	}
	if !v.isPrivate() {
		return v.groupTap(ctx, t, d)
	}
	if err := v.load(ctx); err != nil {
		return err
	}
	if p := v.state.Prompt; p != nil && d.Ticket != 0 && d.Ticket != p.Ticket {
		v.state.Prompt = nil // the person has turned to another ticket
	}
	if handle := privateTap(d.Verb); handle != nil {
		return handle(v, ctx, t, d)
	}
	if d.Verb == callback.Takes {
		v.alertKey("bot.tap.unknown", nil)
		return nil
	}
	return ticketTap(d.Verb)(v, ctx, t, d)
}

// groupTap serves IT only, and only in IT's groups: others in the group are no users of its cards, also of
// their own tickets, which everybody there would see; and what is left of a card in another group shows nothing.
func (v *visit) groupTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	if privateTap(d.Verb) != nil {
		v.alertKey("bot.tap.only_private", nil)
		return nil
	}
	if !v.actor.IsIT() {
		return domain.ErrITOnly
	}
	if ok, err := v.connected(ctx); !ok || err != nil {
		v.alertKey("bot.tap.not_connected", nil)
		return err
	}
	if d.Verb == callback.Takes {
		return v.takesTap(ctx, t, d)
	}
	return ticketTap(d.Verb)(v, ctx, t, d)
}
