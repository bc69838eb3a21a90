package bot

import (
	"context"
	"fmt"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// filesAtOnce is how many files a tap brings: half of what Telegram takes in a group in a minute, and an album.
const filesAtOnce = 10

// filesTap brings a ticket's files, or a comment's, the newest ones if there are many.
func (v *visit) filesTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	view, err := v.desk.Ticket(ctx, v.actor, d.Ticket)
	if err != nil {
		return err
	}
	v.desk.Opened(v.actor, view)
	face := card.Requester
	if v.actor.IsIT() {
		face = card.IT
	}
	files := card.Files(view, face, d.Comment)
	n := len(files)
	switch {
	case n == 0:
		v.alertKey("bot.tap.files_gone", nil)
		return nil
	case n > filesAtOnce:
		files = files[n-filesAtOnce:]
		v.alertKey("bot.tap.files_newest", i18n.Args{"Sent": filesAtOnce, "Count": n})
	default:
		v.after.Answer = chat.Answer{Text: i18n.Count(v.own, "bot.tap.files", n, nil)}
	}
	o, err := v.cardOptions(ctx, view.Ticket, face, true)
	if err != nil {
		return err
	}
	v.replyTo = t.Message
	for _, f := range files {
		out := card.File(v.lang, view, f, o)
		if v.isPrivate() {
			out.File.Reader = v.actor.ID
		}
		if err := v.send(ctx, out, post{ticket: view.ID, internal: f.Internal, key: v.fileKey(f)}); err != nil {
			return err
		}
	}
	return nil
}

// fileKey has an impatient finger bring a file once a minute.
func (v *visit) fileKey(f domain.Attachment) string {
	return fmt.Sprintf("arquivo:%d:%d:%d:%d", v.chat.ID, v.thread, f.ID, v.Now().Unix()/60)
}
