package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"chamados/bot"
	"chamados/bot/chat"
	"chamados/bot/telegram"
	"chamados/domain"
)

// menus gives people the list of what they can type: one for private chats, one for groups,
// and IT's own in the private chat of each of IT. They are only a convenience: what a
// command may do is decided when it comes.
type menus struct {
	client  *telegram.Client
	desk    *domain.Desk
	log     *slog.Logger
	pending chan int64      // accounts that changed
	chats   map[int64]int64 // where accounts have a menu of their own
}

func newMenus(client *telegram.Client, desk *domain.Desk, log *slog.Logger) *menus {
	return &menus{client: client, desk: desk, log: log, pending: make(chan int64, 256), chats: map[int64]int64{}}
}

// changed notes accounts whose role, language or link may be another. What does not fit is
// left for the next start.
func (m *menus) changed(users []int64) {
	for _, id := range users {
		select {
		case m.pending <- id:
		default:
			return
		}
	}
}

// menuLangs: "" is for everybody whose language has no menu of its own.
var menuLangs = append([]domain.Lang{""}, domain.Langs...)

// run publishes the menus, then follows the accounts until ctx ends.
func (m *menus) run(ctx context.Context) error {
	m.publish(ctx, telegram.ScopePrivate, 0, bot.MenuPrivate)
	m.publish(ctx, telegram.ScopeGroups, 0, bot.MenuGroup)
	team, err := m.desk.ITUsers(ctx, domain.System)
	if err != nil && ctx.Err() == nil {
		m.log.Warn("the menus of IT were not published", "error", err)
	}
	for _, u := range team {
		m.account(ctx, u)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case id := <-m.pending:
			if u, err := m.desk.Account(ctx, id); err == nil {
				m.account(ctx, u)
			}
		}
	}
}

// account sets the menu of a person's private chat, and takes it from the chat that is theirs no
// more.
func (m *menus) account(ctx context.Context, u domain.User) {
	if old := m.chats[u.ID]; old != 0 && old != u.TelegramID {
		m.leave(ctx, u.ID, old)
	}
	if u.TelegramID == 0 {
		return
	}
	m.chats[u.ID] = u.TelegramID
	menu := bot.MenuPrivate
	if u.IsIT() {
		menu = bot.MenuIT
	}
	m.set(ctx, telegram.ScopeChat, u.TelegramID, "", bot.Commands(menu, u.Lang))
}

// leave removes the menu of a chat, unless it is somebody else's by now.
func (m *menus) leave(ctx context.Context, userID, chatID int64) {
	delete(m.chats, userID)
	for _, other := range m.chats {
		if other == chatID {
			return
		}
	}
	m.set(ctx, telegram.ScopeChat, chatID, "", nil)
}

func (m *menus) publish(ctx context.Context, scope telegram.Scope, chatID int64, menu bot.Menu) {
	for _, lang := range menuLangs {
		m.set(ctx, scope, chatID, lang, bot.Commands(menu, lang))
	}
}

// set asks Telegram once, and once more when it says to wait.
func (m *menus) set(ctx context.Context, scope telegram.Scope, chatID int64, lang domain.Lang, list []bot.Command) {
	commands := make([]telegram.Command, 0, len(list))
	for _, c := range list {
		commands = append(commands, telegram.Command{Name: c.Name, Description: c.Description})
	}
	err := m.client.SetCommands(ctx, scope, chatID, lang, commands)
	if wait, ok := errors.AsType[chat.RetryAfter](err); ok {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait.Wait):
			err = m.client.SetCommands(ctx, scope, chatID, lang, commands)
		}
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, chat.ErrUnreachable) {
		m.log.Warn("Telegram did not take the menu of commands", "error", err)
	}
}
