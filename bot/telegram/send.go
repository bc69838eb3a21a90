package telegram

import (
	"bytes"
	"context"
	"fmt"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"chamados/bot/chat"
)

// Send sends a message and returns its id. What goes with a photo that the chat or Telegram
// does not take is sent without it.
func (c *Client) Send(ctx context.Context, to chat.Target, o chat.Outgoing) (int64, error) {
	if o.File != nil {
		return c.sendFile(ctx, to, o)
	}
	if o.Photo != nil {
		ctx, cancel := c.call(ctx)
		defer cancel()
		id, err := c.sendAs(ctx, (*Client).filePhoto, to, o, &models.InputFileUpload{Filename: "imagem.png", Data: bytes.NewReader(o.Photo)})
		if !refused(err) {
			return id, err
		}
	}
	return c.sendText(ctx, to, o)
}

func (c *Client) sendText(ctx context.Context, to chat.Target, o chat.Outgoing) (int64, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	m, err := c.bot.SendMessage(ctx, &tg.SendMessageParams{
		ChatID: to.ChatID, MessageThreadID: threadOf(to), Text: o.Text, ParseMode: models.ParseModeHTML, LinkPreviewOptions: noPreview(),
		DisableNotification: o.Silent, ReplyParameters: replyTo(to), ReplyMarkup: markup(o),
	})
	if err != nil {
		return 0, fmt.Errorf("telegram: sendMessage: %w", classify(err))
	}
	return int64(m.ID), nil
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
