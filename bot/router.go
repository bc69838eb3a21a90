package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Options configure a Router. Desk is required.
type Options struct {
	Desk        *domain.Desk
	Now         func() time.Time
	BotUsername string         // without @
	PanelURL    string         // base of the panel's addresses
	DefaultLang domain.Lang    // spoken in groups
	Location    *time.Location // of the desk
	Log         *slog.Logger
	Signup      *Signup // nil: strangers need an invitation
}

// Router is the conversation: it takes each update to its use-case. It keeps no state of
// its own; any number of them may work at once.
type Router struct{ Options }

var _ Handler = (*Router)(nil)

// NewRouter returns a router.
func NewRouter(o Options) *Router {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.DefaultLang == "" {
		o.DefaultLang = domain.LangPortuguese
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Router{Options: o}
}

// Handle handles one update. What a person may be told about is told; other errors are
// returned.
func (r *Router) Handle(ctx context.Context, tx domain.Tx, u chat.Update) (After, error) {
	v := &visit{Router: r, tx: tx, desk: r.Desk.In(tx)}
	if u.Tap != nil {
		v.after.TapID = u.Tap.ID
	}
	err := v.route(ctx, u)
	if err == nil {
		err = v.save(ctx)
	}
	return v.after, err
}

func (v *visit) route(ctx context.Context, u chat.Update) error {
	switch {
	case u.Membership != nil:
		return v.membership(ctx, u.Membership)
	case u.Tap != nil:
		return v.told(ctx, v.tap(ctx, u.Tap))
	case u.Message != nil:
		return v.told(ctx, v.message(ctx, u.Message))
	case u.Edited != nil:
		return v.told(ctx, v.edited(ctx, u.Edited))
	}
	return nil
}

// message takes a message to the conversation of its chat.
func (v *visit) message(ctx context.Context, m *chat.Message) error {
	if m.MigratedTo != 0 {
		return v.desk.GroupMoved(ctx, m.Chat.ID, m.MigratedTo)
	}
	if m.Service || m.From.Bot && m.From.ID != chat.Anonymous || !plausible(m.Chat, m.From) {
		return nil
	}
	v.thread, v.replyTo = m.ThreadID, m.ID
	if err := v.enter(ctx, m.Chat, m.From); err != nil {
		return err
	}
	if m.Chat.IsGroup() {
		return v.group(ctx, m)
	}
	return v.private(ctx, m)
}

// plausible reports whether somebody can have said something there: nobody speaks in channels, and in a
// private chat only the one whose chat it is.
func plausible(c chat.Chat, p chat.Person) bool {
	return c.IsGroup() || c.Kind == chat.Private && c.ID == p.ID
}

// told tells the person of an error that is for people, and returns the others.
func (v *visit) told(ctx context.Context, err error) error {
	err = domain.Concealed(err)
	e, ok := errors.AsType[*domain.Error](err)
	if !ok || e.Code == domain.CodeInternal || e.Code == domain.CodeUnavailable {
		return err
	}
	if v.after.TapID != "" {
		v.alert(i18n.Error(v.own, err))
		return nil
	}
	return v.say(ctx, card.Escape(i18n.Error(v.lang, err)))
}
