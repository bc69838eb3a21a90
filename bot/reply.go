package bot

import (
	"context"
	"errors"
	"strconv"

	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

// repliedTo makes a reply to a message about a ticket a comment on it; false if the message
// is no such reply.
func (v *visit) repliedTo(ctx context.Context, m *chat.Message) (bool, error) {
	link, ok, err := v.linkOf(ctx, m)
	if !ok || err != nil {
		return false, err
	}
	v.state.Prompt = nil
	return true, v.comment(ctx, m, link.TicketID, link.Internal && v.actor.IsIT(), m.Text)
}

// linkOf returns what the message that m answers is about.
func (v *visit) linkOf(ctx context.Context, m *chat.Message) (domain.MessageLink, bool, error) {
	if m.ReplyTo == nil {
		return domain.MessageLink{}, false, nil
	}
	return v.tx.TicketOfMessage(ctx, domain.Origin{ChatID: m.Chat.ID, MessageID: m.ReplyTo.ID})
}

// note makes the text after /nota an internal note on the ticket of the message answered.
func (v *visit) note(ctx context.Context, m *chat.Message) error {
	link, ok, err := v.linkOf(ctx, m)
	if err != nil {
		return err
	}
	if !ok || flow.Clean(m.Args) == "" && len(m.Files) == 0 {
		return v.tell(ctx, "bot.reply.note_usage", nil)
	}
	return v.comment(ctx, m, link.TicketID, true, m.Args)
}

// answerPrompt takes the message that a question of the bot asked for.
func (v *visit) answerPrompt(ctx context.Context, m *chat.Message) error {
	p := *v.state.Prompt
	v.state.Prompt = nil
	if p.Rating {
		return v.rateText(ctx, m, p.Ticket)
	}
	if err := v.comment(ctx, m, p.Ticket, p.Internal, m.Text); err != nil {
		return err
	}
	p.Answered = v.Now().Unix()
	v.state.Prompt = &p
	return nil
}

// comment writes what a message says, and its files, on a ticket, and says where it went.
func (v *visit) comment(ctx context.Context, m *chat.Message, ticketID int64, internal bool, text string) error {
	if err := v.load(ctx); err != nil {
		return err
	}
	if done, err := v.lateAlbumPart(ctx, m); done || err != nil {
		return err
	}
	for _, f := range m.TooLarge {
		args := i18n.Args{"Name": domain.CleanFileName(f.Name), "Max": domain.MaxAttachment >> 20}
		if err := v.tell(ctx, "bot.reply.too_large", args); err != nil {
			return err
		}
	}
	text = flow.Clean(text)
	if text == "" && len(m.Files) == 0 {
		if len(m.TooLarge) > 0 {
			return nil
		}
		return v.tell(ctx, "bot.reply.empty", nil)
	}
	c, err := v.desk.Comment(ctx, v.actor, ticketID, domain.NewComment{
		Text: text, Internal: internal, Attachments: m.Files,
		Origin: domain.Origin{ChatID: v.chat.ID, MessageID: m.ID},
	})
	if err != nil {
		return err
	}
	if m.AlbumID != "" {
		v.state.Album = &album{ID: m.AlbumID, Ticket: ticketID, Comment: c.ID, Internal: internal}
	}
	return v.confirmComment(ctx, c)
}

// confirmComment says whom a comment went to. IT can take it back for a moment.
func (v *visit) confirmComment(ctx context.Context, c domain.Comment) error {
	t, err := v.desk.Visible(ctx, v.actor, c.TicketID)
	if err != nil {
		return err
	}
	key, args := "bot.reply.sent_it", i18n.Args{"Number": strconv.FormatInt(c.TicketID, 10)}
	switch {
	case c.Internal:
		key = "bot.reply.noted"
	case t.RequesterID != v.actor.ID:
		u, reachable, err := v.requester(ctx, t)
		if err != nil {
			return err
		}
		key, args["Name"] = "bot.reply.sent_to", u.Name
		if !reachable {
			key = "bot.reply.sent_unreachable"
		}
	}
	out := chat.Outgoing{Text: v.text(key, args), Silent: true}
	switch {
	case v.actor.IsIT():
		return v.offerUndo(ctx, c, out)
	case t.Status == domain.StatusResolved:
		out.Keyboard = [][]chat.Button{{v.reopenButton(t.ID)}}
	case t.Status.Done():
		out.Text = out.Text + "\n" + v.text("bot.reply.sent_ended", nil)
	}
	return v.send(ctx, out, post{ticket: c.TicketID, internal: c.Internal})
}

// edited follows a change of an earlier message: a part of the draft, or a comment.
func (v *visit) edited(ctx context.Context, m *chat.Message) error {
	if m.Service || m.From.Bot || !plausible(m.Chat, m.From) {
		return nil
	}
	v.thread, v.replyTo = m.ThreadID, m.ID
	if err := v.enter(ctx, m.Chat, m.From); err != nil || !v.known || !v.actor.Active {
		return err
	}
	link, ok, err := v.tx.TicketOfMessage(ctx, domain.Origin{ChatID: m.Chat.ID, MessageID: m.ID})
	if err != nil {
		return err
	}
	if ok && link.CommentID != 0 {
		return v.editComment(ctx, m, link.CommentID)
	}
	if !v.isPrivate() {
		return nil
	}
	if err := v.load(ctx); err != nil {
		return err
	}
	if ok {
		return v.lateEdit(ctx, m, link.TicketID)
	}
	if v.state.Draft != nil {
		in := inputOf(m)
		in.Edited = true
		return v.draftInput(ctx, in)
	}
	return nil
}

func (v *visit) editComment(ctx context.Context, m *chat.Message, id int64) error {
	text, noted := m.Text, m.Command == "nota" || m.Command == "note"
	if noted {
		text = m.Args
	}
	before, err := v.tx.Comment(ctx, id)
	if err != nil && !errors.Is(err, domain.ErrCommentNotFound) || before.Text == flow.Clean(text) && (before.Internal || !noted) {
		return err
	}
	if noted && err == nil && !before.Internal {
		return v.tell(ctx, "bot.reply.not_a_note", i18n.Args{"Number": strconv.FormatInt(before.TicketID, 10)})
	}
	c, err := v.desk.EditComment(ctx, v.actor, id, flow.Clean(text))
	if err != nil {
		return err
	}
	out := chat.Outgoing{Text: v.text("bot.reply.edited", i18n.Args{"Number": strconv.FormatInt(c.TicketID, 10)}), Silent: true}
	return v.send(ctx, out, post{ticket: c.TicketID, internal: c.Internal})
}

// ask sends a question whose answer becomes a comment.
func (v *visit) ask(ctx context.Context, key string, t domain.Ticket, internal bool) error {
	placeholder := "bot.reply.placeholder"
	if internal {
		placeholder = "bot.reply.placeholder_note"
	}
	out := chat.Outgoing{Text: v.text(key, i18n.Args{"Ticket": ticketName(t)})}
	if v.isPrivate() {
		out.Force = i18n.Text(v.lang, placeholder, nil)
		v.state.Prompt = &prompt{Ticket: t.ID, Internal: internal, At: v.Now().Unix()}
	}
	return v.send(ctx, out, post{ticket: t.ID, internal: internal})
}

// ticketName is a ticket's number and title as plain text.
func ticketName(t domain.Ticket) string {
	const titleInLine = 120
	return "#" + strconv.FormatInt(t.ID, 10) + " · " + card.Shorten(t.Title, titleInLine)
}
