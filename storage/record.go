package storage

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Record writes a decision with one statement. Inside a transaction it is deferred until the next
// statement or the commit, unless the caller is owed the id of something new.
func (s *store) Record(ctx context.Context, r *domain.Record) error {
	b, err := newRecorder(r, s.db.clock())
	if err != nil {
		return err
	}
	b.zone, b.gather, b.mails = s.db.zone, s.db.gather, s.db.mails
	if b.outside, err = s.db.writeAllOutside(r.Attachments); err != nil {
		return err
	}
	st := b.statement()
	st.wake = &b.wake
	st.read = each(b.scan)
	switch {
	case s.tx == nil && b.waitsForNobody():
		err = s.db.gangs.run(ctx, st)
	case s.tx == nil || r.Opened != nil || r.Comment != nil || r.Was != nil:
		err = s.run(ctx, st)
	default:
		st.read = one(b.scan)
		return wrap("record a decision", s.later(ctx, st))
	}
	switch {
	case err != nil:
		return wrap("record a decision", err)
	case !b.written && r.Was != nil:
		return domain.ErrMoved
	case !b.written:
		return unexpected("ticket", b.ticket.ID)
	}
	return nil
}

// recorder turns a decision into one statement: a chain of common table expressions, of which only
// those are written that the decision needs. t is the ticket's id, c the comment's, f the files, v the
// events, s the outbox rows.
type recorder struct {
	query
	r      *domain.Record
	ticket *domain.Ticket
	now    time.Time
	zone   string        // in which quiet hours are told
	gather time.Duration // how long a notice waits for others
	mails  bool          // who has no open chat is told by mail
	// outside are the names of the attachments' contents beside the database, "" for those within
	outside []string
	parts   []string
	tells   []bool // of each event: it is about the comment that the record writes
	wake    Wake
	written bool
}

// waitsForNobody reports whether no transaction can make the statement wait: it changes no row that is there
// already, or none that another one is changing.
func (b *recorder) waitsForNobody() bool {
	r := b.r
	return r.Opened != nil || r.Was != nil || r.Comment != nil && !r.Responded && !r.Noted
}

func newRecorder(r *domain.Record, now time.Time) (*recorder, error) {
	b := &recorder{r: r, now: now}
	for _, t := range []*domain.Ticket{r.Opened, r.Changed, r.Touched} {
		if t == nil {
			continue
		}
		if b.ticket != nil {
			return nil, errors.New("a record of two tickets")
		}
		b.ticket = t
	}
	if b.ticket == nil {
		return nil, errors.New("a record of no ticket")
	}
	for _, e := range r.Events {
		b.tells = append(b.tells, r.Comment != nil && e.CommentID == 0 && (e.Kind == domain.EventComment || e.Kind == domain.EventNote))
	}
	return b, nil
}

// with adds one common table expression.
func (b *recorder) with(parts ...string) { b.parts = append(b.parts, strings.Join(parts, "")) }

// list adds arguments and returns their placeholders, separated by commas.
func (b *recorder) list(args ...any) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = b.arg(a)
	}
	return strings.Join(out, ", ")
}

func (b *recorder) statement() statement {
	switch {
	case b.r.Opened != nil:
		b.opened()
	case b.r.Changed != nil:
		b.changed()
	case b.r.Noted:
		b.noted()
	case b.r.Responded:
		b.responded()
	default:
		b.with(`t AS (SELECT `, b.arg(b.ticket.ID), `::integer AS id)`)
	}
	b.comment()
	b.rating()
	b.files()
	b.events()
	b.link()
	b.notices()
	b.settles()
	b.noticeMails()
	b.text(`WITH ` + strings.Join(b.parts, `, `) + ` SELECT t.id, `)
	b.text(strings.Join([]string{
		b.column(b.has("c"), `(SELECT id FROM c)`, `NULL::integer`),
		b.column(b.has("v"), `ARRAY(SELECT id FROM v`+b.column(len(b.r.Events) > 1, ` ORDER BY ordem`, ``)+`)`, `NULL::bigint[]`),
		b.column(b.has("s"), `ARRAY(SELECT faixa FROM s`+b.column(b.has("bx"), ` UNION ALL SELECT faixa FROM bx`, ``)+`)`, `NULL::bigint[]`),
	}, `, `) + ` FROM t`)
	return b.query.statement()
}

func (b *recorder) has(name string) bool {
	return slices.ContainsFunc(b.parts, func(p string) bool { return strings.HasPrefix(p, name+" AS") })
}

func (b *recorder) column(has bool, expr, otherwise string) string {
	if has {
		return expr
	}
	return otherwise
}

func (b *recorder) opened() {
	t := b.ticket
	b.with(`t AS (INSERT INTO chamados (titulo, descricao, categoria, prioridade, status, usuario_id, atribuido_para,
		dados_extras, criado_em, atualizado_em, fechado_em, versao, `, slaColumns, `) SELECT `,
		b.arg(t.Title), `::varchar, `, b.arg(t.Description), `::text, `, b.arg(string(t.Category)), `::varchar, `,
		b.arg(string(t.Priority)), `::varchar, `, b.arg(string(t.Status)), `::varchar, `, b.arg(t.RequesterID), `::integer, `,
		b.arg(nullInt(t.AssigneeID)), `::integer, `, b.arg(nullJSON(t.Extra)), `::json, `, b.arg(t.CreatedAt.UTC()), `::timestamp, `,
		b.arg(t.UpdatedAt.UTC()), `::timestamp, `, b.arg(nullTime(t.FinishedAt)), `::timestamp, `, b.arg(t.Version), `::bigint, `,
		b.slaValues(), ` FROM `,
		registered, ` RETURNING id)`)
	b.newTicketIndex()
}

// changed writes what may have changed of a ticket. Its texts are written only where an event says that they are others:
// what is not written needs no look at the words of the search.
func (b *recorder) changed() {
	t := b.ticket
	b.before()
	b.with(`t AS (UPDATE chamados c SET (categoria, prioridade, status, atribuido_para, atualizado_em, fechado_em, encerrado_em,
		excluido_em, versao, `, slaColumns, `) = (`,
		b.list(string(t.Category), string(t.Priority), string(t.Status), nullInt(t.AssigneeID), t.UpdatedAt.UTC(),
			nullTime(t.FinishedAt), nullTime(t.EndedAt), nullTime(t.DeletedAt), t.Version),
		`, `, b.slaValues(), `)`, b.changedTexts(), ` FROM `, registered, `, o WHERE c.id = o.id RETURNING c.id)`)
	b.recount()
}

// before is o, the ticket before the change. A transaction that has locked the ticket sees in it what it changes. Who has
// only read it finds it as it was, and locks it, or finds nothing: it never waits for whoever holds the lock.
func (b *recorder) before() {
	ifUnchanged := ``
	if w := b.r.Was; w != nil {
		ifUnchanged = ` AND versao = ` + b.arg(w.Version) + `::bigint AND (` + slaColumns + `) IS NOT DISTINCT FROM (` + b.slaOf(w) + `)
			FOR NO KEY UPDATE SKIP LOCKED`
	}
	b.with(`o AS MATERIALIZED (SELECT id, status, categoria, prioridade, excluido_em FROM chamados WHERE id = `, b.arg(b.ticket.ID), `::bigint`,
		ifUnchanged, `)`)
}

func (b *recorder) changedTexts() string {
	var out string
	for _, e := range b.r.Events {
		switch e.Kind {
		case domain.EventTitle:
			out += `, titulo = ` + b.arg(b.ticket.Title)
		case domain.EventDescription:
			out += `, descricao = ` + b.arg(b.ticket.Description)
		case domain.EventExtra:
			out += `, dados_extras = ` + b.arg(nullJSON(b.ticket.Extra))
		}
	}
	return out
}

func (b *recorder) comment() {
	switch r := b.r; {
	case r.Comment != nil:
		c := r.Comment
		b.with(`c AS (INSERT INTO comentarios (chamado_id, usuario_id, comentario, interno, canal, criado_em) SELECT t.id, `,
			b.arg(authorID(c)), `::integer, `, b.arg(c.Text), `, `, b.arg(c.Internal), `::boolean, `,
			b.arg(string(c.Channel)), `, `, b.arg(c.CreatedAt.UTC()), `::timestamp FROM t, `, registered, ` RETURNING id)`)
		b.newCommentIndex()
	case r.EditComment != nil:
		c := r.EditComment
		b.with(`c AS (UPDATE comentarios SET comentario = `, b.arg(c.Text), `, editado_em = `, b.arg(c.EditedAt.UTC()),
			` WHERE id = `, b.arg(c.ID), `::bigint RETURNING id)`)
	case r.DropComment != 0:
		id := b.arg(r.DropComment)
		b.with(`c AS (DELETE FROM comentarios WHERE id = `, id, `::bigint RETURNING id)`)
		b.with(`x AS (UPDATE saida SET terminado_em = `, b.arg(b.now), `, erro = '`+causeUndone+`'
			WHERE terminado_em IS NULL AND tomado_ate IS NULL AND tipo = 'aviso' AND evento_id IN (
				SELECT id FROM eventos WHERE chamado_id = `, b.arg(b.ticket.ID), `::bigint AND comentario_id = `, id, `::bigint))`)
	}
}

func authorID(c *domain.Comment) any {
	if c.Author == nil {
		return nil
	}
	return c.Author.ID
}

// files adds attachments, with the contents that are at hand.
func (b *recorder) files() {
	if len(b.r.Attachments) == 0 {
		return
	}
	var in fileArrays
	internal := b.r.Comment != nil && b.r.Comment.Internal
	for i, f := range b.r.Attachments {
		in.add(i+1, f, b.outside[i])
	}
	comment := `NULL::integer`
	if b.r.Comment != nil {
		comment = `(SELECT id FROM c)`
	}
	b.with(`f AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('anexos', 'id'))::integer AS id, f.* FROM unnest(`,
		b.arg(in.names), `::text[], `, b.arg(in.mimes), `::text[], `, b.arg(in.sizes), `::bigint[], `, b.arg(in.ids), `::text[], `,
		b.arg(in.states), `::text[], `, b.arg(in.outside), `::text[]) WITH ORDINALITY AS f (nome, tipo, tamanho, file_id, estado, arquivo, ordem))`)
	b.with(`fi AS (INSERT INTO anexos (id, chamado_id, comentario_id, usuario_id, nome_arquivo, tipo_mime, tamanho_bytes,
		telegram_file_id, estado, caminho_arquivo, proxima_tentativa, interno, criado_em) SELECT f.id, t.id, `, comment, `, `, b.arg(b.uploader()),
		`::integer, f.nome, f.tipo, f.tamanho, nullif(f.file_id, ''), f.estado, nullif(f.arquivo, ''), CASE WHEN f.estado = 'pendente' THEN `, b.arg(b.now),
		`::timestamptz END, `, b.arg(internal), `::boolean, `, b.arg(b.now), `::timestamp FROM t, f)`)
	if len(in.data) > 0 {
		b.with(`fp AS (INSERT INTO anexo_partes (anexo_id, parte, dados) SELECT f.id, p.parte, p.dados FROM f JOIN unnest(`,
			b.arg(in.owner), `::bigint[], `, b.arg(in.part), `::integer[], `, b.arg(in.data), `::bytea[]) AS p (ordem, parte, dados)
			ON p.ordem = f.ordem)`)
	}
}

// uploader is whoever made the record's event.
func (b *recorder) uploader() any {
	if len(b.r.Events) == 0 {
		return nil
	}
	return nullInt(b.r.Events[0].ActorID)
}

// link remembers which Telegram message the ticket or comment was written in.
func (b *recorder) link() {
	o := b.r.Origin
	if o.MessageID == 0 {
		return
	}
	comment, internal := `NULL::integer`, false
	if b.r.Comment != nil {
		comment, internal = `(SELECT id FROM c)`, b.r.Comment.Internal
	}
	b.with(`m AS (INSERT INTO mensagens (chat_id, mensagem_id, chamado_id, comentario_id, interno, criado_em) SELECT `,
		b.list(o.ChatID, o.MessageID), `, t.id, `, comment, `, `, b.arg(internal), `::boolean, `, b.arg(b.now),
		`::timestamptz FROM t ON CONFLICT (chat_id, mensagem_id) DO NOTHING)`)
}

// scan fills in the ids of what is new and notes whom the record wakes; anew, if the statement had to be
// repeated.
func (b *recorder) scan(rows pgx.Rows) error {
	var id int64
	var comment zeroInt
	var events, lanes []int64
	if err := rows.Scan(&id, &comment, &events, &lanes); err != nil {
		return err
	}
	b.ticket.ID, b.written = id, true
	if b.r.Comment != nil {
		b.r.Comment.ID, b.r.Comment.TicketID = int64(comment), id
	}
	for i, e := range events {
		b.r.Events[i].ID, b.r.Events[i].TicketID = e, id
		if b.tells[i] {
			b.r.Events[i].CommentID = int64(comment)
		}
	}
	b.wake = Wake{Events: len(events) > 0, Files: b.pendingFiles()}
	slices.Sort(lanes)
	for _, lane := range slices.Compact(lanes) {
		if slices.ContainsFunc(b.r.Notices, func(n domain.Notice) bool { return n.Here == lane }) {
			b.wake.OutboxLanes = append(b.wake.OutboxLanes, lane)
		} else {
			b.wake.NoticeLanes = append(b.wake.NoticeLanes, lane)
		}
	}
	return nil
}

func (b *recorder) pendingFiles() bool {
	return slices.ContainsFunc(b.r.Attachments, func(f domain.NewAttachment) bool { return f.Content == nil && f.FileID != "" })
}
