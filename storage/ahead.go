package storage

import (
	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// ahead is what is read in one go with an update, since nearly every update of a chat needs it: the account that is linked
// to the chat, if that is a person's, and what the bot remembers of it. It serves until the transaction does anything of which it
// is not known that it leaves both as they are, so that nobody is shown less than the transaction has done.
type ahead struct {
	chat         int64
	user         domain.User
	linked       bool
	conversation []byte
}

// statements reads it.
func (a *ahead) statements() []statement {
	list := []statement{{sql: conversationSQL, args: []any{a.chat},
		read: each(func(rows pgx.Rows) error { return rows.Scan(&a.conversation) })}}
	if a.chat < 0 {
		return list
	}
	return append(list, statement{sql: userByTelegramSQL, args: []any{a.chat}, read: each(func(rows pgx.Rows) error {
		a.linked = true
		return scanUser(rows, &a.user)
	})})
}

// aheadOf returns what was read ahead of a chat and still serves; nil if there is nothing.
func (s *store) aheadOf(chat int64) *ahead {
	if s.tx == nil || s.tx.ahead == nil || s.tx.ahead.chat != chat {
		return nil
	}
	return s.tx.ahead
}

// outdate drops what was read ahead unless all statements are apart from it.
func (t *tx) outdate(list []statement) {
	for _, st := range list {
		if !st.apart {
			t.ahead = nil
		}
	}
}
