package card

import (
	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
)

// Files returns the attachments of a ticket that the reader may have, oldest first: those of one comment, or all if
// comment is 0.
func Files(v domain.TicketView, r Reader, comment int64) []domain.Attachment {
	var out []domain.Attachment
	for _, f := range v.Attachments {
		if (r == IT || !f.Internal) && (comment == 0 || f.CommentID == comment) {
			out = append(out, f)
		}
	}
	return out
}

// File returns the message that brings an attachment of a ticket.
func File(lang domain.Lang, v domain.TicketView, f domain.Attachment, o Options) chat.Outgoing {
	sign := "📎"
	if f.Internal {
		sign = "🔒"
	}
	name := sign + " <b>#" + number(v.ID) + "</b> · " + cut(f.Name, maxTitle)
	from := Escape(o.local(lang, f.CreatedAt))
	if who := uploader(v, f); who != "" {
		from = cut(who, maxName) + " · " + from
	}
	return chat.Outgoing{
		Text: lines(name, from),
		File: &chat.File{
			Attachment: f.ID, Name: f.Name, MIME: f.MIME, Size: f.Size, FileID: f.FileID,
			Instead: lines(name, from, Text(lang, "bot.card.file_not_sent", nil)),
		},
	}
}

// uploader returns the name of whoever added a file, "" where the ticket does not have it.
func uploader(v domain.TicketView, f domain.Attachment) string {
	people := []*domain.UserRef{v.Requester, v.Assignee}
	for _, c := range v.Comments {
		people = append(people, c.Author)
	}
	for _, u := range people {
		if u != nil && u.ID == f.UploaderID {
			return u.Name
		}
	}
	return ""
}

// filesRow is the button that brings a comment's files, or with comment 0 the ticket's.
func (o Options) filesRow(lang domain.Lang, ticket, comment int64) []chat.Button {
	return []chat.Button{o.labelled(lang, "files", callback.Data{Verb: callback.Files, Ticket: ticket, Comment: comment})}
}
