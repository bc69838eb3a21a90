package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"chamados/bot/chat"
)

// Send sends a message and returns its id. What goes with a photo that the chat or Telegram
// does not take is sent without it.
func (c *Client) Send(ctx context.Context, to chat.Target, o chat.Outgoing) (int64, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	if o.Photo != nil {
		id, err := c.sendPhoto(ctx, to, o)
		if err == nil || !photoRefused(err) {
			return id, err
		}
	}
	return c.sendText(ctx, to, o)
}

func (c *Client) sendText(ctx context.Context, to chat.Target, o chat.Outgoing) (int64, error) {
	m, err := c.bot.SendMessage(ctx, &tg.SendMessageParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Text: o.Text, ParseMode: models.ParseModeHTML, LinkPreviewOptions: noPreview(),
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
	if err != nil {
		return 0, fmt.Errorf("telegram: sendMessage: %w", classify(err))
	}
	return int64(m.ID), nil
}

func (c *Client) sendPhoto(ctx context.Context, to chat.Target, o chat.Outgoing) (int64, error) {
	m, err := c.bot.SendPhoto(ctx, &tg.SendPhotoParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Caption: o.Text, ParseMode: models.ParseModeHTML,
		Photo:               &models.InputFileUpload{Filename: "imagem.png", Data: bytes.NewReader(o.Photo)},
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
	if err != nil {
		return 0, fmt.Errorf("telegram: sendPhoto: %w", classify(err))
	}
	return int64(m.ID), nil
}

// photoRefused reports whether Telegram said no to the photo, and not to the chat.
func photoRefused(err error) bool {
	return errors.Is(err, chat.ErrRefused) || strings.Contains(strings.ToLower(err.Error()), "rights to send photos")
}

// threadOf returns the topic; the general one is left out, as Telegram wants it.
func threadOf(to chat.Target) int {
	if to.ThreadID > 1 {
		return int(to.ThreadID)
	}
	return 0
}

func replyTo(to chat.Target) *models.ReplyParameters {
	if to.ReplyTo == 0 {
		return nil
	}
	return &models.ReplyParameters{MessageID: int(to.ReplyTo), AllowSendingWithoutReply: true}
}
