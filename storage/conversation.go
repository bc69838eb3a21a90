package storage

import (
	"context"
	"encoding/json"
	"errors"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

var _ domain.Tx = (*store)(nil)

// Conversation returns the stored state of a chat, nil if there is none.
func (s *store) Conversation(ctx context.Context, chatID int64) (json.RawMessage, error) {
	if a := s.aheadOf(chatID); a != nil {
		return a.conversation, nil
	}
	var state []byte
	err := s.run(ctx, statement{sql: conversationSQL, args: []any{chatID},
		read: each(func(rows pgx.Rows) error { return rows.Scan(&state) })})
	return state, wrap("read a conversation", err)
}

const conversationSQL = `SELECT estado FROM conversas WHERE chat_id = $1`

// SaveConversation stores the state of a chat; nil forgets it.
func (s *store) SaveConversation(ctx context.Context, chatID int64, state json.RawMessage) error {
	st := statement{sql: `DELETE FROM conversas WHERE chat_id = $1`, args: []any{chatID}}
	if len(state) > 0 {
		st = statement{sql: `INSERT INTO conversas (chat_id, estado, atualizado_em) VALUES ($1, $2, $3)
			ON CONFLICT (chat_id) DO UPDATE SET estado = $2, atualizado_em = $3`,
			args: []any{chatID, string(state), s.db.clock()}}
	}
	if a := s.aheadOf(chatID); a != nil {
		a.conversation, st.apart = state, true
	}
	return wrap("save a conversation", s.later(ctx, st))
}

// Enqueue adds a message to the outbox, ahead of notices. One whose key was used before is not written.
func (s *store) Enqueue(ctx context.Context, m domain.Outgoing) error {
	content, err := json.Marshal(m)
	if err != nil {
		return wrap("enqueue a message", err)
	}
	now := s.db.clock()
	at := now
	if !m.At.IsZero() {
		at = m.At
	}
	var wake Wake
	st := statement{
		sql: `INSERT INTO saida (faixa, topico_id, chamado_id, prioridade, criado_em, proxima_em, adiado, tipo, conteudo, chave)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING faixa`,
		args: []any{m.ChatID, m.ThreadID, nullInt(m.TicketID), priorityAnswer, now, at, at.After(now), string(domain.DeliverMessage), string(content), nullText(m.Key)},
		read: ints(&wake.OutboxLanes), wake: &wake, apart: true,
	}
	s.handOver(&st, m, now)
	return wrap("enqueue a message", s.later(ctx, st))
}

// Unsend gives up the message with this key unless it is sent already.
func (s *store) Unsend(ctx context.Context, key string) error {
	return wrap("withdraw a message", s.later(ctx, statement{
		sql:  `UPDATE saida SET terminado_em = $2, erro = '` + causeUndone + `' WHERE chave = $1 AND terminado_em IS NULL`,
		args: []any{key, s.db.clock()},
	}))
}

// TicketOfMessage returns what a message of a chat is about; ok is false when it is about no ticket. An
// unknown message of a chat to which something about a ticket is just being sent may be that: then the
// error is [domain.CodeUnavailable], and the caller asks again in a moment. What the transaction itself has written is not sent yet.
func (s *store) TicketOfMessage(ctx context.Context, o domain.Origin) (l domain.MessageLink, ok bool, err error) {
	err = s.run(ctx, statement{sql: `SELECT chamado_id, comentario_id, interno, 0 AS ordem FROM mensagens WHERE chat_id = $1 AND mensagem_id = $2
		UNION ALL (SELECT 0, NULL, false, 1 FROM saida WHERE faixa = $1 AND terminado_em IS NULL AND tomado_ate > now() AND chamado_id IS NOT NULL
			AND xmin IS DISTINCT FROM pg_current_xact_id_if_assigned()::xid LIMIT 1)
		ORDER BY ordem LIMIT 1`,
		args: []any{o.ChatID, o.MessageID}, read: one(func(rows pgx.Rows) error {
			var order int
			return rows.Scan(&l.TicketID, (*zeroInt)(&l.CommentID), &l.Internal, &order)
		})})
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.MessageLink{}, false, nil
	}
	if err == nil && l.TicketID == 0 {
		return domain.MessageLink{}, false, &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable", Err: errBeingSent}
	}
	return l, err == nil, wrap("look up a message", err)
}

var errBeingSent = errors.New("a message about a ticket is just being sent to the chat")

// AdoptCard makes a message of a chat the chat's live card of a ticket, in place of another.
func (s *store) AdoptCard(ctx context.Context, o domain.Origin, ticketID int64) error {
	return wrap("adopt a card", s.later(ctx,
		statement{sql: `UPDATE mensagens SET cartao = false WHERE chamado_id = $1::bigint AND chat_id = $2 AND cartao AND mensagem_id <> $3`,
			args: []any{ticketID, o.ChatID, o.MessageID}},
		statement{sql: `INSERT INTO mensagens (chat_id, mensagem_id, chamado_id, cartao, criado_em) VALUES ($1, $2, $3, true, $4)
			ON CONFLICT (chat_id, mensagem_id) DO UPDATE SET cartao = true, hash = NULL WHERE mensagens.chamado_id = $3`,
			args: []any{o.ChatID, o.MessageID, ticketID, s.db.clock()}},
	))
}

// MessagesOfComment returns the messages that are or brought a comment, also one that was taken back.
func (s *store) MessagesOfComment(ctx context.Context, commentID int64) ([]domain.Origin, error) {
	var out []domain.Origin
	err := s.run(ctx, statement{sql: `SELECT chat_id, mensagem_id FROM mensagens WHERE comentario_id = $1 ORDER BY chat_id, mensagem_id`,
		args: []any{commentID}, read: each(func(rows pgx.Rows) error {
			var o domain.Origin
			err := rows.Scan(&o.ChatID, &o.MessageID)
			out = append(out, o)
			return err
		})})
	return out, wrap("look up the messages of a comment", err)
}
