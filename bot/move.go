package bot

import (
	"context"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// move is an invitation that somebody whose chat is linked already has opened: whether the chat
// shall become the other person's is asked, and the link is good until they say so.
type move struct {
	Nonce  string            `json:"n"`
	Invite domain.InviteHash `json:"convite"`
}

// askMove asks whether the chat shall belong to another account.
func (v *visit) askMove(ctx context.Context, to domain.User, invite domain.InviteHash) error {
	if err := v.load(ctx); err != nil {
		return err
	}
	v.state.Move = &move{Nonce: nonce(), Invite: invite}
	args := i18n.Args{"Name": v.actor.Name, "Other": to.Name}
	first := i18n.Args{"Name": firstName(v.actor.Name), "Other": firstName(to.Name)}
	return v.tell(ctx, "bot.start.move_sure", args,
		[]chat.Button{v.button("move_no", first, callback.Must(callback.Data{Verb: callback.Shortcut, Word: callback.ShortcutStay}))},
		[]chat.Button{v.button("move_yes", first, callback.Must(callback.Data{Verb: callback.Move, Nonce: v.state.Move.Nonce}))},
	)
}

// moveTap makes the chat the other person's.
func (v *visit) moveTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	m := v.state.Move
	if m == nil || m.Nonce != d.Nonce {
		v.alertKey("bot.tap.move_over", nil)
		return nil
	}
	linked, err := v.desk.AcceptInvite(ctx, m.Invite, v.profile())
	if err != nil {
		return err
	}
	away := v.text("bot.start.moved_away", i18n.Args{"Name": v.actor.Name})
	if err := v.send(ctx, chat.Outgoing{Text: away}, post{edit: t.Message}); err != nil {
		return err
	}
	return v.nowLinked(ctx, linked)
}
