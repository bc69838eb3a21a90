package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const (
	receiptColumns = `s.id, s.chamado_id, s.tipo, e.tipo, e.comentario_id, s.faixa, coalesce(s.usuario_id, p.id), coalesce(u.nome, (SELECT max(titulo) FROM grupos WHERE chat_id = s.faixa), p.nome),
		s.erro, s.tentativas, s.mensagem_id, s.criado_em, s.terminado_em, u.telegram_bloqueado_em IS NOT NULL`
	receiptFrom = ` FROM saida s LEFT JOIN eventos e ON e.id = s.evento_id LEFT JOIN usuarios u ON u.id = s.usuario_id
		LEFT JOIN usuarios p ON s.usuario_id IS NULL AND p.telegram_id = s.faixa`
	// lost is the condition that a row ended without reaching anybody who should have been reached.
	lost = `s.terminado_em IS NOT NULL AND s.erro IS NOT NULL AND s.erro <> '` + causeUndone + `'
		AND s.erro NOT LIKE '%` + domain.CauseMoot + `%'`
	// A mail is good as long as what only its reader may know has not been erased.
	mailColumns = `m.id, m.chamado_id, m.tipo, e.tipo, e.comentario_id, m.usuario_id, coalesce(u.nome, m.endereco), m.erro, m.tentativas, m.criado_em,
		m.terminado_em, m.vence_em, m.tipo = 'aviso' OR m.segredos IS NOT NULL`
	mailFrom = ` FROM correio m LEFT JOIN eventos e ON e.id = m.evento_id LEFT JOIN usuarios u ON u.id = m.usuario_id`
	lostMail = `m.terminado_em IS NOT NULL AND m.erro IS NOT NULL`
	// causeUndone stands in rows whose comment was taken back before they went out.
	causeUndone = `comentário desfeito`
)

// Receipts returns the newest messages about a ticket, newest first.
func (s *store) Receipts(ctx context.Context, ticketID int64, limit int) ([]domain.Receipt, error) {
	return s.receipts(ctx, func(r domain.Receipt) time.Time { return r.CreatedAt }, limit,
		statement{sql: `SELECT ` + receiptColumns + receiptFrom + ` WHERE s.chamado_id = $1::bigint ORDER BY s.id DESC LIMIT $2`, args: []any{ticketID, limit}},
		statement{sql: `SELECT ` + mailColumns + mailFrom + ` WHERE m.chamado_id = $1::bigint ORDER BY m.id DESC LIMIT $2`, args: []any{ticketID, limit}})
}

// LostMessages returns the messages that were given up after a moment, newest first.
func (s *store) LostMessages(ctx context.Context, after time.Time, limit int) ([]domain.Receipt, error) {
	args := []any{after.UTC(), limit}
	return s.receipts(ctx, func(r domain.Receipt) time.Time { return r.DoneAt }, limit,
		statement{sql: `SELECT ` + receiptColumns + receiptFrom + ` WHERE ` + lost + ` AND s.terminado_em > $1 ORDER BY s.terminado_em DESC LIMIT $2`, args: args},
		statement{sql: `SELECT ` + mailColumns + mailFrom + ` WHERE ` + lostMail + ` AND m.terminado_em > $1 ORDER BY m.terminado_em DESC LIMIT $2`, args: args})
}

// recentMessages bounds how far back the last message to a chat is looked for.
const recentMessages = 5000

// LastReceipts returns of each chat the newest message whose outcome is known.
func (s *store) LastReceipts(ctx context.Context, chats []int64) ([]domain.Receipt, error) {
	var out []domain.Receipt
	err := s.run(ctx, statement{sql: `WITH novas AS MATERIALIZED (SELECT * FROM (SELECT * FROM saida ORDER BY id DESC LIMIT $2) n
			WHERE n.faixa = ANY ($1::bigint[]) AND (n.terminado_em IS NOT NULL OR n.erro IS NOT NULL))
		SELECT DISTINCT ON (s.faixa) ` + receiptColumns + strings.Replace(receiptFrom, `FROM saida s`, `FROM novas s`, 1) + ` ORDER BY s.faixa, s.id DESC`,
		args: []any{chats, recentMessages}, read: readReceipts(&out)})
	return out, wrap("look for the last messages", err)
}

// receipts joins messages and mails, the newest by a time first.
func (s *store) receipts(ctx context.Context, by func(domain.Receipt) time.Time, limit int, messages, mails statement) ([]domain.Receipt, error) {
	var out []domain.Receipt
	messages.read = readReceipts(&out)
	mails.read = readMailReceipts(&out, s.db.clock())
	err := s.run(ctx, messages, mails)
	slices.SortStableFunc(out, func(a, b domain.Receipt) int { return by(b).Compare(by(a)) })
	return out[:min(len(out), limit)], wrap("read what became of messages", err)
}

func readReceipts(out *[]domain.Receipt) func(pgx.Rows) error {
	return each(func(rows pgx.Rows) error {
		var r domain.Receipt
		var message zeroInt
		var blocked bool
		err := rows.Scan(&r.ID, (*zeroInt)(&r.TicketID), (*zeroText)(&r.Kind), (*zeroText)(&r.Event), (*zeroInt)(&r.CommentID), &r.ChatID,
			(*zeroInt)(&r.UserID), (*zeroText)(&r.To), (*zeroText)(&r.Cause), &r.Attempts, &message, (*zeroTime)(&r.CreatedAt), (*zeroTime)(&r.DoneAt), &blocked)
		r.State = receiptState(r, message != 0, blocked)
		*out = append(*out, r)
		return err
	})
}

func readMailReceipts(out *[]domain.Receipt, now time.Time) func(pgx.Rows) error {
	return each(func(rows pgx.Rows) error {
		r := domain.Receipt{Mail: true}
		var expires zeroTime
		var good bool
		err := rows.Scan(&r.ID, (*zeroInt)(&r.TicketID), (*zeroText)(&r.Kind), (*zeroText)(&r.Event), (*zeroInt)(&r.CommentID), (*zeroInt)(&r.UserID),
			(*zeroText)(&r.To), (*zeroText)(&r.Cause), &r.Attempts, (*zeroTime)(&r.CreatedAt), (*zeroTime)(&r.DoneAt), &expires, &good)
		r.State = receiptState(r, true, false)
		r.Expired = !good || !now.Before(timeOf(expires))
		*out = append(*out, r)
		return err
	})
}

func receiptState(r domain.Receipt, sent, blocked bool) domain.ReceiptState {
	switch {
	case r.DoneAt.IsZero() && r.Cause == "":
		return domain.ReceiptWaiting
	case r.DoneAt.IsZero():
		return domain.ReceiptRetrying
	case r.Cause == "" && sent:
		return domain.ReceiptDelivered
	case r.Cause == "":
		return domain.ReceiptUnchanged
	case r.Cause == causeUndone, strings.Contains(r.Cause, domain.CauseMoot):
		return domain.ReceiptDropped
	case blocked, r.Cause == errUnreachable.Error(), strings.Contains(r.Cause, domain.CauseUnreachable):
		return domain.ReceiptUnreachable
	}
	return domain.ReceiptFailed
}

// ParkedUpdates returns the updates that were put aside, newest first.
func (s *store) ParkedUpdates(ctx context.Context, limit int) ([]domain.ParkedUpdate, error) {
	var out []domain.ParkedUpdate
	err := s.run(ctx, statement{sql: `SELECT i.bot_id, i.update_id, i.faixa, u.nome, i.erro, i.tentativas, i.recebido_em, i.parado_em
			FROM entrada i LEFT JOIN usuarios u ON u.telegram_id = i.faixa
			WHERE i.parado_em IS NOT NULL ORDER BY i.parado_em DESC LIMIT $1`, args: []any{limit},
		read: each(func(rows pgx.Rows) error {
			var u domain.ParkedUpdate
			err := rows.Scan(&u.BotID, &u.UpdateID, &u.ChatID, (*zeroText)(&u.From), (*zeroText)(&u.Cause), &u.Attempts,
				(*zeroTime)(&u.ReceivedAt), (*zeroTime)(&u.ParkedAt))
			out = append(out, u)
			return err
		})})
	return out, wrap("read parked updates", err)
}

// Traffic sums up the queues in one round trip; partial indexes keep it to what waits or was lost.
func (s *store) Traffic(ctx context.Context, lostAfter time.Time) (domain.Traffic, error) {
	var t domain.Traffic
	err := s.run(ctx,
		statement{sql: `SELECT tipo, count(*), count(*) FILTER (WHERE erro IS NOT NULL), min(criado_em) FROM saida
			WHERE terminado_em IS NULL GROUP BY 1 ORDER BY 1`, read: each(func(rows pgx.Rows) error {
			var q domain.QueueState
			err := rows.Scan((*zeroText)(&q.Kind), &q.Waiting, &q.Failing, (*zeroTime)(&q.Oldest))
			t.Outbox = append(t.Outbox, q)
			return err
		})},
		statement{sql: `SELECT count(*), count(*) FILTER (WHERE erro IS NOT NULL), min(recebido_em) FROM entrada
			WHERE tratado_em IS NULL AND parado_em IS NULL`, read: one(func(rows pgx.Rows) error {
			return rows.Scan(&t.Inbox.Waiting, &t.Inbox.Failing, (*zeroTime)(&t.Inbox.Oldest))
		})},
		statement{sql: `SELECT count(*), count(*) FILTER (WHERE erro IS NOT NULL), min(criado_em) FROM correio WHERE terminado_em IS NULL`,
			read: one(func(rows pgx.Rows) error {
				return rows.Scan(&t.Mail.Waiting, &t.Mail.Failing, (*zeroTime)(&t.Mail.Oldest))
			})},
		statement{sql: `SELECT (SELECT count(*) FROM saida s WHERE ` + lost + ` AND s.terminado_em > $1)
					+ (SELECT count(*) FROM correio m WHERE ` + lostMail + ` AND m.terminado_em > $1),
				(SELECT count(*) FROM entrada WHERE parado_em IS NOT NULL),
				(SELECT recebido_em FROM entrada ORDER BY bot_id DESC, update_id DESC LIMIT 1),
				(SELECT terminado_em FROM saida WHERE terminado_em IS NOT NULL AND mensagem_id IS NOT NULL ORDER BY id DESC LIMIT 1)`,
			args: []any{lostAfter.UTC()}, read: one(func(rows pgx.Rows) error {
				return rows.Scan(&t.Lost, &t.Parked, (*zeroTime)(&t.LastIn), (*zeroTime)(&t.LastOut))
			})},
	)
	return t, wrap("look at the queues", err)
}

// RetryDelivery puts a message that was given up back into its lane. It counts as written now, so that it
// gets the time of a new one.
func (s *store) RetryDelivery(ctx context.Context, id int64) error {
	var lanes []int64
	err := s.run(ctx, statement{sql: `UPDATE saida s SET terminado_em = NULL, erro = NULL, tentativas = 0, incerto = false,
			tomado_ate = NULL, criado_em = $2, proxima_em = $2 WHERE s.id = $1 AND ` + lost + ` RETURNING s.faixa`,
		args: []any{id, s.db.clock()}, read: ints(&lanes)})
	return s.retried(Wake{OutboxLanes: lanes}, len(lanes), err)
}

// RetryMail puts an e-mail that was given up, and is still worth sending, back into the queue.
func (s *store) RetryMail(ctx context.Context, id int64) error {
	var ids []int64
	err := s.run(ctx, statement{sql: `UPDATE correio m SET terminado_em = NULL, erro = NULL, tentativas = 0, proxima_em = $2, tomado_ate = NULL
			WHERE m.id = $1 AND ` + lostMail + ` AND m.vence_em > $2 AND (m.tipo = 'aviso' OR m.segredos IS NOT NULL) RETURNING m.id`,
		args: []any{id, s.db.clock()}, read: ints(&ids)})
	return s.retried(Wake{Mail: true}, len(ids), err)
}

// RetryUpdate puts a parked update back into its lane.
func (s *store) RetryUpdate(ctx context.Context, botID, updateID int64) error {
	var lanes []int64
	err := s.run(ctx, statement{sql: `UPDATE entrada SET parado_em = NULL, proxima_em = NULL, tentativas = 0
			WHERE bot_id = $1 AND update_id = $2 AND parado_em IS NOT NULL RETURNING faixa`, args: []any{botID, updateID}, read: ints(&lanes)})
	return s.retried(Wake{InboxLanes: lanes}, len(lanes), err)
}

func (s *store) retried(w Wake, n int, err error) error {
	switch {
	case err != nil:
		return wrap("try again", err)
	case n == 0:
		return domain.ErrNothingToRetry
	}
	s.wakes(w)
	return nil
}
