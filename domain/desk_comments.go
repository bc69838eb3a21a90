package domain

import (
	"context"
	"errors"
	"io"
	"time"
)

// Comment writes a reply, or an internal note of IT, on a ticket in any status.
func (d *Desk) Comment(ctx context.Context, a Actor, ticketID int64, n NewComment) (Comment, error) {
	t, err := d.Visible(ctx, a, ticketID)
	if err != nil {
		return Comment{}, err
	}
	if err := n.validate(a, t); err != nil {
		return Comment{}, err
	}
	files, err := checkFiles(n.Attachments)
	if err != nil {
		return Comment{}, err
	}
	now := d.Now()
	c := Comment{TicketID: t.ID, Text: n.Text, Internal: n.Internal, CreatedAt: now, Author: a.Ref(), Channel: a.Channel}
	kind := EventComment
	if n.Internal {
		kind = EventNote
	}
	e := t.event(a, kind, "", "", now)
	e.Internal = n.Internal
	events := []Event{e}
	responded := c.respondsTo(t, a)
	if responded {
		t.SLA.RespondedAt = now
	}
	err = d.record(ctx, a, &Record{
		Touched: &t, Responded: responded, Comment: &c, Attachments: files, Origin: n.Origin, Events: events,
		Notices: notices(t, a, events, n.Origin.ChatID),
	})
	return c, err
}

// EditComment changes the text of the actor's own comment; the old text stays in the
// history.
func (d *Desk) EditComment(ctx context.Context, a Actor, commentID int64, text string) (Comment, error) {
	var out Comment
	err := d.atomically(ctx, func(d *Desk) error {
		c, t, err := d.ownComment(ctx, a, commentID)
		if err != nil {
			return err
		}
		n := NewComment{Text: text, Internal: c.Internal}
		if err := n.validate(a, t); err != nil {
			return err
		}
		now := d.Now()
		e := t.event(a, EventCommentEdit, c.Text, n.Text, now)
		e.CommentID, e.Internal = c.ID, c.Internal
		out = c
		if c.Text == n.Text {
			return nil
		}
		out.Text, out.EditedAt = n.Text, now
		events := []Event{e}
		return d.record(ctx, a, &Record{
			Touched: &t, EditComment: &out, Events: events, Notices: notices(t, a, events, a.ChatID),
		})
	})
	return out, err
}

// UndoComment takes the actor's own comment back within [UndoWindow], with its files; its text stays in
// the history of IT.
func (d *Desk) UndoComment(ctx context.Context, a Actor, commentID int64) error {
	return d.atomically(ctx, func(d *Desk) error {
		c, t, err := d.ownComment(ctx, a, commentID)
		if err != nil {
			return err
		}
		now := d.Now()
		if now.Sub(c.CreatedAt) > UndoWindow {
			return ErrUndoTooLate
		}
		e := t.event(a, EventCommentUndo, c.Text, "", now)
		e.Internal = true
		events := []Event{e}
		responded := !c.Internal && c.CreatedAt.Equal(t.SLA.RespondedAt)
		if responded {
			t.SLA.RespondedAt = time.Time{}
			d.schedule(&t)
		}
		return d.record(ctx, a, &Record{
			Touched: &t, Noted: responded, DropComment: c.ID, Events: events, Notices: notices(t, a, events, a.ChatID),
		})
	})
}

// ownComment returns the actor's comment with its ticket, locked. One that the actor may not see is like
// one that does not exist.
func (d *Desk) ownComment(ctx context.Context, a Actor, id int64) (Comment, Ticket, error) {
	if err := a.authenticated(); err != nil {
		return Comment{}, Ticket{}, err
	}
	c, err := d.store.Comment(ctx, id)
	if err != nil {
		return Comment{}, Ticket{}, err
	}
	t, err := d.locked(ctx, a, c.TicketID)
	if errors.Is(err, ErrNotYourTicket) || err == nil && !c.VisibleTo(a) {
		err = ErrCommentNotFound
	}
	if err != nil {
		return Comment{}, Ticket{}, err
	}
	if c.Author == nil || c.Author.ID != a.ID {
		return c, t, &Error{Code: CodeForbidden, Key: "not_your_comment"}
	}
	return c, t, nil
}

// Attach adds files to a ticket without a comment.
func (d *Desk) Attach(ctx context.Context, a Actor, ticketID int64, files []NewAttachment, o Origin) error {
	t, err := d.Visible(ctx, a, ticketID)
	if err != nil {
		return err
	}
	if files, err = checkFiles(files); err != nil {
		return err
	}
	var events []Event
	for _, f := range files {
		events = append(events, t.event(a, EventAttachment, "", f.Name, d.Now()))
	}
	return d.record(ctx, a, &Record{
		Touched: &t, Attachments: files, Origin: o, Events: events,
		Notices: notices(t, a, events, o.ChatID),
	})
}

// AttachTo adds files to the actor's own comment, as the other parts of an album whose first part it was: who takes it back
// takes them back. It returns [ErrCommentNotFound] when that has happened already.
func (d *Desk) AttachTo(ctx context.Context, a Actor, commentID int64, files []NewAttachment, o Origin) error {
	files, err := checkFiles(files)
	if err != nil {
		return err
	}
	return d.atomically(ctx, func(d *Desk) error {
		c, t, err := d.ownComment(ctx, a, commentID)
		if err != nil {
			return err
		}
		var events []Event
		for _, f := range files {
			e := t.event(a, EventAttachment, "", f.Name, d.Now())
			e.CommentID, e.Internal = c.ID, c.Internal
			events = append(events, e)
		}
		return d.record(ctx, a, &Record{
			Touched: &t, Attachments: files, Under: &c, Origin: o, Events: events, Notices: notices(t, a, events, o.ChatID),
		})
	})
}

// Attachment opens a file that the actor may see; [ErrAttachmentNotFound] for all others. The caller closes the
// content.
func (d *Desk) Attachment(ctx context.Context, a Actor, id int64) (Attachment, io.ReadCloser, error) {
	if err := a.authenticated(); err != nil {
		return Attachment{}, nil, err
	}
	f, err := d.store.Attachment(ctx, id)
	if err != nil {
		return Attachment{}, nil, err
	}
	_, err = d.Visible(ctx, a, f.TicketID)
	if errors.Is(err, ErrNotYourTicket) || err == nil && !f.VisibleTo(a) {
		err = ErrAttachmentNotFound
	}
	if err != nil {
		return Attachment{}, nil, err
	}
	content, err := d.store.AttachmentContent(ctx, id)
	return f, content, err
}

// checkFiles cleans the names and refuses what is too large, or at hand and empty.
func checkFiles(files []NewAttachment) ([]NewAttachment, error) {
	var c checks
	out := make([]NewAttachment, 0, len(files))
	for _, f := range files {
		f.Name = CleanFileName(f.Name)
		switch {
		case f.Size > MaxAttachment:
			c.add("arquivo", "file_too_large", "Name", f.Name, "Max", MaxAttachment>>20)
		case f.FileID == "" && len(f.Content) == 0:
			c.add("arquivo", "file_is_empty", "Name", f.Name)
		}
		out = append(out, f)
	}
	return out, c.err()
}
