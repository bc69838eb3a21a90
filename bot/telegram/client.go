// Package telegram is the only one that speaks to Telegram: updates come in by polling or
// webhook and are stored before they are acknowledged, messages go out, and every failure
// gets a class of package chat. The bot's token appears in no error and no log.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"chamados/bot/chat"
	"chamados/domain"
)

// DefaultAPI is Telegram's own Bot API server.
const DefaultAPI = "https://api.telegram.org"

// Options configure a Client.
type Options struct {
	Token   string
	API     string        // base address of the Bot API server; "" for [DefaultAPI]
	Timeout time.Duration // of one call; default 15 s
}

// Client calls the Bot API. It is safe for concurrent use. All its errors are classified:
// those of package chat, or else something that may be tried again.
type Client struct {
	bot     *tg.Bot
	doer    doer
	api     string
	token   string
	timeout time.Duration
	uploads chan struct{} // a place is held while a file is uploaded
}

// New returns a client. It makes no call.
func New(o Options) (*Client, error) {
	if o.API == "" {
		o.API = DefaultAPI
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	u, err := url.Parse(o.API)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("telegram: the API address must be like https://host")
	}
	if id, _, ok := strings.Cut(o.Token, ":"); !ok || id == "" || strings.ContainsAny(o.Token, "/?#% \n") {
		return nil, errors.New("telegram: the token must be like 123456:ABC")
	}
	c := &Client{api: strings.TrimRight(o.API, "/"), token: o.Token, timeout: o.Timeout, uploads: make(chan struct{}, uploads)}
	c.doer = doer{client: newHTTPClient(0), token: o.Token}
	c.bot, err = tg.New(o.Token, tg.WithSkipGetMe(), tg.WithServerURL(c.api), tg.WithHTTPClient(o.Timeout, c.doer))
	if err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	return c, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.doer.client.CloseIdleConnections() }

// BotID returns the bot's own id, which is part of the token.
func (c *Client) BotID() int64 { return c.bot.ID() }

// Me asks Telegram who the bot is.
func (c *Client) Me(ctx context.Context) (id int64, username string, err error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	u, err := c.bot.GetMe(ctx)
	if err != nil {
		return 0, "", fmt.Errorf("telegram: getMe: %w", classify(err))
	}
	return u.ID, u.Username, nil
}

// Ping reports whether the Bot API answers.
func (c *Client) Ping(ctx context.Context) error {
	_, _, err := c.Me(ctx)
	return err
}

// Edit replaces text and buttons of a message of the bot.
func (c *Client) Edit(ctx context.Context, chatID, messageID int64, o chat.Outgoing) error {
	ctx, cancel := c.call(ctx)
	defer cancel()
	o.Force = "" // a message can only ask for a reply when it is sent
	_, err := c.bot.EditMessageText(ctx, &tg.EditMessageTextParams{
		ChatID: chatID, MessageID: int(messageID), Text: o.Text, ParseMode: models.ParseModeHTML,
		LinkPreviewOptions: noPreview(), ReplyMarkup: markup(o),
	})
	if err != nil {
		return fmt.Errorf("telegram: editMessageText: %w", classify(err))
	}
	return nil
}

// Answer answers a tap.
func (c *Client) Answer(ctx context.Context, tapID string, a chat.Answer) error {
	ctx, cancel := c.call(ctx)
	defer cancel()
	_, err := c.bot.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{
		CallbackQueryID: tapID, Text: shorten(a.Text, maxAnswerText), ShowAlert: a.Alert,
	})
	if err != nil {
		return fmt.Errorf("telegram: answerCallbackQuery: %w", classify(err))
	}
	return nil
}

// File opens the content of a file; the caller closes it. ctx bounds the whole download.
func (c *Client) File(ctx context.Context, fileID string) (io.ReadCloser, error) {
	path, err := c.filePath(ctx, fileID)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+"/file/bot"+c.token+"/"+path, nil)
	if err != nil {
		return nil, fmt.Errorf("telegram: getFile: %w: bad path", chat.ErrRefused)
	}
	resp, err := c.doer.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("telegram: download: %s", c.doer.mask(err))
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("telegram: download: HTTP %d", resp.StatusCode)
	}
	return resp.Body, nil
}

func (c *Client) filePath(ctx context.Context, fileID string) (string, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	f, err := c.bot.GetFile(ctx, &tg.GetFileParams{FileID: fileID})
	if err != nil {
		return "", fmt.Errorf("telegram: getFile: %w", classify(err))
	}
	return (&url.URL{Path: f.FilePath}).EscapedPath(), nil
}

// Command is one entry of the bot's menu.
type Command struct {
	Name        string // without the slash
	Description string
}

// Scope says who sees a menu.
type Scope int

const (
	ScopeDefault Scope = iota
	ScopePrivate       // private chats
	ScopeGroups        // all groups
	ScopeChat          // one chat, named by its id
)

// SetCommands sets the menu that people of a scope see. lang "" is for everybody without a
// menu in their language; chatID counts for [ScopeChat] only. No commands remove the menu.
func (c *Client) SetCommands(ctx context.Context, s Scope, chatID int64, lang domain.Lang, commands []Command) error {
	ctx, cancel := c.call(ctx)
	defer cancel()
	code, _, _ := strings.Cut(string(lang), "-") // ISO 639-1
	var scope models.BotCommandScope = &models.BotCommandScopeDefault{}
	switch s {
	case ScopePrivate:
		scope = &models.BotCommandScopeAllPrivateChats{}
	case ScopeGroups:
		scope = &models.BotCommandScopeAllGroupChats{}
	case ScopeChat:
		scope = &models.BotCommandScopeChat{ChatID: chatID}
	}
	var err error
	if len(commands) == 0 {
		_, err = c.bot.DeleteMyCommands(ctx, &tg.DeleteMyCommandsParams{Scope: scope, LanguageCode: code})
	} else {
		list := make([]models.BotCommand, 0, len(commands))
		for _, cmd := range commands {
			list = append(list, models.BotCommand{Command: cmd.Name, Description: cmd.Description})
		}
		_, err = c.bot.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: list, Scope: scope, LanguageCode: code})
	}
	if err != nil {
		return fmt.Errorf("telegram: set commands: %w", classify(err))
	}
	return nil
}

func (c *Client) call(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.timeout)
}

func noPreview() *models.LinkPreviewOptions {
	yes := true
	return &models.LinkPreviewOptions{IsDisabled: &yes}
}

// markup returns the buttons, or the request to reply, of a message. It returns the nil
// interface for none: a typed nil would be sent as null.
func markup(o chat.Outgoing) models.ReplyMarkup {
	if len(o.Keyboard) > 0 {
		return models.InlineKeyboardMarkup{InlineKeyboard: keyboard(o.Keyboard)}
	}
	if o.Force != "" {
		return models.ForceReply{ForceReply: true, InputFieldPlaceholder: shorten(o.Force, maxPlaceholder), Selective: true}
	}
	return nil
}

func keyboard(rows [][]chat.Button) [][]models.InlineKeyboardButton {
	out := make([][]models.InlineKeyboardButton, 0, len(rows))
	for _, row := range rows {
		line := make([]models.InlineKeyboardButton, 0, len(row))
		for _, b := range row {
			line = append(line, models.InlineKeyboardButton{
				Text: b.Text, CallbackData: b.Data, URL: b.URL, Style: string(b.Style),
				CopyText: models.CopyTextButton{Text: b.Copy},
			})
		}
		out = append(out, line)
	}
	return out
}
