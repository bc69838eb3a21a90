package telegram

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"chamados/bot/chat"
	"chamados/domain"
)

const (
	// uploadTime bounds sending a file's content: 20 MiB at 2 Mbit/s.
	uploadTime = 90 * time.Second
	// uploads is how many files are uploaded at once. Each is held whole while it is sent.
	uploads = 3
	// uploadPatience is how long one waits for a place: others wait for whoever waits here.
	uploadPatience = 3 * time.Second
	// largestPhoto is the largest picture that Telegram takes as one, in bytes.
	largestPhoto = 10 << 20
)

// medium sends a file as one of the things that Telegram shows.
type medium func(*Client, context.Context, chat.Target, chat.Outgoing, models.InputFile) (*models.Message, error)

// mediaOf returns what a file may be sent as: what Telegram can show in the chat, then a document.
func mediaOf(f *chat.File) []medium {
	media := []medium{(*Client).fileDocument}
	switch kind, _, _ := strings.Cut(f.MIME, "/"); {
	case f.MIME == "image/jpeg" || f.MIME == "image/png" || f.MIME == "image/webp":
		if f.Size <= largestPhoto {
			media = append([]medium{(*Client).filePhoto}, media...)
		}
	case f.MIME == "video/mp4":
		media = append([]medium{(*Client).fileVideo}, media...)
	case f.MIME == "audio/ogg":
		media = append([]medium{(*Client).fileVoice}, media...)
	case kind == "audio":
		media = append([]medium{(*Client).fileAudio}, media...)
	}
	return media
}

// sendFile sends an attachment: what is with Telegram by its id, everything else, and what was of another kind or
// another bot's, by its content; as a document where Telegram does not take it as what it seems to be, and other
// words where it cannot be sent at all.
func (c *Client) sendFile(ctx context.Context, to chat.Target, o chat.Outgoing) (int64, error) {
	media := mediaOf(o.File)
	if o.File.FileID != "" {
		for _, as := range media {
			if id, err := c.byID(ctx, as, to, o); !refused(err) {
				return id, err
			}
		}
	}
	for _, as := range media {
		if id, err := c.upload(ctx, as, to, o); !refused(err) {
			return id, err
		}
	}
	o.Text = o.File.Instead
	return c.sendText(ctx, to, o)
}

// byID has Telegram send what it has already.
func (c *Client) byID(ctx context.Context, as medium, to chat.Target, o chat.Outgoing) (int64, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	return c.sendAs(ctx, as, to, o, &models.InputFileString{Data: o.File.FileID})
}

// upload sends a file's content.
func (c *Client) upload(ctx context.Context, as medium, to chat.Target, o chat.Outgoing) (int64, error) {
	select {
	case c.uploads <- struct{}{}:
		defer func() { <-c.uploads }()
	case <-time.After(uploadPatience):
		return 0, fmt.Errorf("telegram: %w", chat.ErrBusy)
	}
	ctx, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	content, err := o.File.Open(ctx)
	if err != nil {
		return 0, fmt.Errorf("telegram: open attachment %d: %w", o.File.Attachment, err)
	}
	defer func() { _ = content.Close() }()
	// The library wants a pointer: it asks whether the reader is nil.
	return c.sendAs(ctx, as, to, o, &models.InputFileUpload{Filename: o.File.Name, Data: bufio.NewReader(content)})
}

func (c *Client) sendAs(ctx context.Context, as medium, to chat.Target, o chat.Outgoing, f models.InputFile) (int64, error) {
	m, err := as(c, ctx, to, o, f)
	if err != nil {
		return 0, fmt.Errorf("telegram: send a file: %w", classify(err))
	}
	return int64(m.ID), nil
}

func (c *Client) filePhoto(ctx context.Context, to chat.Target, o chat.Outgoing, f models.InputFile) (*models.Message, error) {
	return c.bot.SendPhoto(ctx, &tg.SendPhotoParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Photo: f, Caption: o.Text, ParseMode: models.ParseModeHTML,
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
}

func (c *Client) fileVideo(ctx context.Context, to chat.Target, o chat.Outgoing, f models.InputFile) (*models.Message, error) {
	return c.bot.SendVideo(ctx, &tg.SendVideoParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Video: f, Caption: o.Text, ParseMode: models.ParseModeHTML,
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
}

func (c *Client) fileVoice(ctx context.Context, to chat.Target, o chat.Outgoing, f models.InputFile) (*models.Message, error) {
	return c.bot.SendVoice(ctx, &tg.SendVoiceParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Voice: f, Caption: o.Text, ParseMode: models.ParseModeHTML,
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
}

func (c *Client) fileAudio(ctx context.Context, to chat.Target, o chat.Outgoing, f models.InputFile) (*models.Message, error) {
	return c.bot.SendAudio(ctx, &tg.SendAudioParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Audio: f, Caption: o.Text, ParseMode: models.ParseModeHTML,
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
}

func (c *Client) fileDocument(ctx context.Context, to chat.Target, o chat.Outgoing, f models.InputFile) (*models.Message, error) {
	return c.bot.SendDocument(ctx, &tg.SendDocumentParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Document: f, Caption: o.Text, ParseMode: models.ParseModeHTML,
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
}

// refused reports whether Telegram said no to what was sent, and not to the chat, or there is nothing to send.
func refused(err error) bool {
	return errors.Is(err, chat.ErrRefused) || errors.Is(err, domain.ErrAttachmentNotFound) || errors.Is(err, domain.ErrContentMissing) ||
		err != nil && strings.Contains(strings.ToLower(err.Error()), "not enough rights to send")
}
