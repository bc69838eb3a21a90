package storage

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"chamados/domain"
)

// Priorities of mails: somebody waits for a code; a welcome can wait for everything else.
const (
	mailCode int16 = iota
	mailNotice
	mailWelcome
)

// mailMemory is how long finished mails can be looked up.
const mailMemory = 90 * 24 * time.Hour

// noChat is the condition that a notice's person has no open chat, so that a mail takes its place.
const noChat = `u.ativo AND (u.telegram_id IS NULL OR u.telegram_bloqueado_em IS NOT NULL)`

// EnqueueMail writes mails; inside a transaction they go out with it.
func (s *store) EnqueueMail(ctx context.Context, mails ...domain.Mail) error {
	st, err := s.db.enqueueMail(mails)
	if err != nil || len(mails) == 0 {
		return err
	}
	return wrap("enqueue mails", s.later(ctx, st))
}

func (db *DB) enqueueMail(mails []domain.Mail) (statement, error) {
	var in mailArrays
	now := db.clock()
	for _, m := range mails {
		if err := in.add(m, now, db.sealer); err != nil {
			return statement{}, err
		}
	}
	return statement{
		sql: `INSERT INTO correio (usuario_id, prioridade, criado_em, proxima_em, vence_em, tipo, endereco, idioma, segredos)
			SELECT nullif(m.usuario, 0), m.prioridade, $1, $1, m.vence, m.tipo, nullif(m.endereco, ''), nullif(m.idioma, ''), m.segredos
			FROM unnest($2::bigint[], $3::smallint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::bytea[])
			AS m (usuario, prioridade, vence, tipo, endereco, idioma, segredos)`,
		args: []any{now, in.users, in.priorities, in.expires, in.kinds, in.addresses, in.langs, in.secrets},
		wake: &Wake{Mail: true},
	}, nil
}

// mailArrays are mails by column.
type mailArrays struct {
	users                   []int64
	priorities              []int16
	expires                 []time.Time
	kinds, addresses, langs []string
	secrets                 [][]byte
}

func (in *mailArrays) add(m domain.Mail, now time.Time, s sealer) error {
	var sealed []byte
	if m.Secrets != (domain.MailSecrets{}) {
		plain, err := json.Marshal(m.Secrets)
		if err != nil {
			return err
		}
		sealed = s.seal(plain)
	}
	priority := mailCode
	if m.Kind == domain.MailWelcome {
		priority = mailWelcome
	}
	if m.ExpiresAt.IsZero() {
		m.ExpiresAt = now.Add(24 * time.Hour)
	}
	in.users = append(in.users, m.UserID)
	in.priorities = append(in.priorities, priority)
	in.expires = append(in.expires, m.ExpiresAt.UTC())
	in.kinds = append(in.kinds, string(m.Kind))
	in.addresses = append(in.addresses, m.Address)
	in.langs = append(in.langs, string(m.Lang))
	in.secrets = append(in.secrets, sealed)
	return nil
}

// noticeMails writes mails for those of a record's people who have no open chat or want mails: after their
// quiet hours, and not of what they have switched off.
func (b *recorder) noticeMails() {
	if !b.mails || !slices.ContainsFunc(b.events, (*event).mailed) {
		return
	}
	at := `greatest(` + b.arg(b.now.Add(domain.MailNoticeDelay)) + `::timestamptz, ` + b.quiet() + `)`
	b.with(`cm AS (INSERT INTO correio (usuario_id, chamado_id, evento_id, prioridade, criado_em, proxima_em, vence_em, tipo)
		SELECT m.usuario, m.chamado, m.evento, `, b.arg(mailNotice), `, `, b.arg(b.now), `::timestamptz, m.quando, m.quando + `, b.arg(domain.NoticeMailTTL), `::interval, 'aviso'
		FROM (SELECT u.id AS usuario, n.chamado, n.evento, `, at, ` AS quando FROM n JOIN usuarios u ON u.id = n.usuario
			WHERE n.carta AND u.ativo AND (u.avisos_canal <> 'chat' OR `, noChat, `) AND `, b.wanted(), `) m)`)
}

// mailed reports whether any notice about the event is told by mail where there is no chat.
func (e *event) mailed() bool {
	return hasNotice(e.of.Record, func(n domain.Notice) bool { return n.Event == e.place && n.Mails(*e.Event) })
}

// instead is the statement that mails what chat deliveries could not bring to their people.
func (x outbox) instead(ids []int64) statement {
	now := x.db.clock()
	return statement{
		sql: `INSERT INTO correio (usuario_id, chamado_id, evento_id, prioridade, criado_em, proxima_em, vence_em, tipo, chave)
			SELECT s.usuario_id, s.chamado_id, s.evento_id, $2, $3, $3, $4, 'aviso', 'saida ' || s.id
			FROM saida s JOIN eventos e ON e.id = s.evento_id JOIN usuarios u ON u.id = s.usuario_id
			WHERE s.id = ANY ($1) AND s.tipo IN ('aviso', 'alarme') AND e.tipo = ANY ($5::text[]) AND u.ativo AND u.avisos_canal = 'chat'
			ON CONFLICT (chave) DO NOTHING`,
		args: []any{ids, mailNotice, now, now.Add(domain.NoticeMailTTL), words(domain.MailedEvents())}, wake: &Wake{Mail: true},
	}
}

// MailInstead mails what a chat delivery that was given up should have told its person.
func (db *DB) MailInstead(ctx context.Context, d domain.Delivery) error {
	return wrap("mail instead", db.run(ctx, outbox{db}.instead(d.IDs)))
}
