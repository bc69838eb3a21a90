package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"chamados/bot/chat"
	"chamados/bot/lanes"
	"chamados/domain"
)

const (
	// fileTime bounds one attempt: by its id as two things, by its content as two, and words.
	fileTime = 4 * time.Minute
	// fileTries is how often a file is sent in vain before words say so.
	fileTries = 3
	// filePause is the first pause between two of them; it doubles.
	filePause = 5 * time.Second
	// fileTurn is how long a file waits for a place among those that are uploaded.
	fileTurn = 15 * time.Second
)

// file sends an attachment to who asked for it, if they may still have it.
func (r *Relay) file(ctx context.Context, d *domain.Delivery, out chat.Outgoing) (done, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTime)
	defer cancel()
	f := out.File
	if err := r.mayHave(ctx, d, f); err != nil {
		return done{}, err
	}
	if d.Attempts >= fileTries {
		return r.send(ctx, d, d.Message.ReplyTo, chat.Outgoing{Text: f.Instead})
	}
	f.Open = func(ctx context.Context) (io.ReadCloser, error) {
		return r.o.Tickets.AttachmentContent(ctx, f.Attachment)
	}
	sent, err := r.send(ctx, d, d.Message.ReplyTo, out)
	sent.file = true
	return sent, err
}

// mayHave decides anew at delivery: an account, a group, the ticket or the file may have changed since the tap.
func (r *Relay) mayHave(ctx context.Context, d *domain.Delivery, f *chat.File) error {
	internal, owner := true, int64(0)
	if d.ChatID < 0 {
		if err := r.connected(ctx, d.ChatID); err != nil {
			return err
		}
	} else {
		u, err := r.linked(ctx, f.Reader, d.ChatID)
		if err != nil {
			return err
		}
		internal, owner = u.IsIT(), u.ID
	}
	v, err := r.o.Tickets.TicketView(ctx, d.TicketID, internal)
	if err != nil {
		return err
	}
	has := slices.ContainsFunc(v.Attachments, func(a domain.Attachment) bool { return a.ID == f.Attachment })
	if !v.DeletedAt.IsZero() || !has || !internal && v.RequesterID != owner {
		return moot("the file is not to be had any more")
	}
	return nil
}

// fileLater puts a file that was not sent aside: the chat goes on without it.
func (r *Relay) fileLater(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	d.Aside, d.Uncertain = true, d.Uncertain || errors.Is(err, chat.ErrUncertain)
	pause, counted := filePause<<d.Attempts, true
	if errors.Is(err, chat.ErrBusy) {
		pause, counted = fileTurn, false
	}
	r.o.Log.Warn("notify: file not sent", "chat", d.ChatID, "ticket", d.TicketID, "counted", counted, "error", err)
	r.retry(ctx, d, pause, counted, fmt.Sprint(err))
	return lanes.Again()
}
