package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"

	"chamados/bot/chat"
)

// classify gives an error of the library the class that the bot acts on. It is the one
// place that knows Telegram's wording. A 400 that it does not know is a refusal: the same
// request would be refused for ever. Everything else that it does not know may be tried
// again.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*tg.TooManyRequestsError](err); ok {
		return chat.RetryAfter{Wait: time.Duration(max(e.RetryAfter, 1)) * time.Second}
	}
	if e, ok := errors.AsType[*tg.MigrateError](err); ok {
		return chat.Migrated{To: int64(e.MigrateToChatID)}
	}
	if class := classOf(err); class != nil {
		return fmt.Errorf("%w: %w", class, err)
	}
	return err
}

func classOf(err error) error {
	switch {
	case errors.Is(err, tg.ErrorForbidden):
		return chat.ErrUnreachable
	case errors.Is(err, tg.ErrorBadRequest):
		return refusal(strings.ToLower(err.Error()))
	}
	if e, ok := errors.AsType[*networkError](err); ok {
		if e.reached {
			return chat.ErrUncertain
		}
		return nil
	}
	if e, ok := errors.AsType[*statusError](err); ok {
		return statusClass(e.status)
	}
	if known(err) {
		if strings.Contains(err.Error(), tooLarge) {
			return chat.ErrRefused
		}
		return nil
	}
	return chat.ErrUncertain // an answer of success that cannot be read
}

// statusClass tells the answers of gateways apart. Only of a success that is not the Bot
// API's, and of a gateway that stopped waiting, nobody knows what became of the request.
func statusClass(status int) error {
	switch {
	case status < 300, status == http.StatusGatewayTimeout:
		return chat.ErrUncertain
	case status == http.StatusRequestEntityTooLarge, status == http.StatusRequestURITooLong:
		return chat.ErrRefused
	}
	return nil
}

// tooLarge is what the Bot API says of a file beyond its limits.
var tooLarge = strconv.Itoa(http.StatusRequestEntityTooLarge) + " " + http.StatusText(http.StatusRequestEntityTooLarge)

// known reports whether err is an answer of the Bot API that says no.
func known(err error) bool {
	return errors.Is(err, tg.ErrorUnauthorized) || errors.Is(err, tg.ErrorNotFound) ||
		errors.Is(err, tg.ErrorConflict) || strings.Contains(err.Error(), "error response from telegram")
}

// refusals map parts of Telegram's texts for 400, in lower case, to classes; the first that
// fits counts.
var refusals = []struct {
	part  string
	class error
}{
	{"message is not modified", chat.ErrNotModified},
	{"query is too old", chat.ErrTooOld},
	{"query id is invalid", chat.ErrTooOld},
	{"query_id_invalid", chat.ErrTooOld},
	{"message to edit not found", chat.ErrMessageGone},
	{"message can't be edited", chat.ErrMessageGone},
	{"no text in the message to edit", chat.ErrMessageGone},
	{"message_id_invalid", chat.ErrMessageGone},
	{"message_edit_time_expired", chat.ErrMessageGone},
	{"message thread not found", chat.ErrThreadGone},
	{"topic_deleted", chat.ErrThreadGone},
	{"topic_closed", chat.ErrThreadGone},
	{"topic_id_invalid", chat.ErrThreadGone},
	{"topic deleted", chat.ErrThreadGone},
	{"topic closed", chat.ErrThreadGone},
	{"chat not found", chat.ErrUnreachable},
	{"peer_id_invalid", chat.ErrUnreachable},
	{"user is deactivated", chat.ErrUnreachable},
	{"user_is_blocked", chat.ErrUnreachable},
	{"input_user_deactivated", chat.ErrUnreachable},
	{"group chat was deactivated", chat.ErrUnreachable},
	{"not enough rights to send", chat.ErrUnreachable},
	{"have no rights to send", chat.ErrUnreachable},
	{"chat_write_forbidden", chat.ErrUnreachable},
	{"chat_restricted", chat.ErrUnreachable},
	{"bot is not a member", chat.ErrUnreachable},
	{"temporarily unavailable", nil},
}

func refusal(text string) error {
	for _, r := range refusals {
		if strings.Contains(text, r.part) {
			return r.class
		}
	}
	return chat.ErrRefused
}
