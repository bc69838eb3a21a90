package storage

import "chamados/domain"

// commentColumnsOf is what is written of a new comment, and its words.
var commentColumnsOf = []ticketColumn{
	{"c_autor", "integer", func(d *decision) any { return authorID(d.Comment) }},
	{"c_texto", "text", func(d *decision) any { return d.Comment.Text }},
	{"c_interno", "boolean", func(d *decision) any { return d.Comment.Internal }},
	{"c_canal", "varchar", func(d *decision) any { return string(d.Comment.Channel) }},
	{"c_criado", "timestamp", func(d *decision) any { return d.Comment.CreatedAt.UTC() }},
	{"c_palavras", "text", func(d *decision) any { return fold(d.Comment.Text) }},
}

func authorID(c *domain.Comment) any {
	if c.Author == nil {
		return nil
	}
	return c.Author.ID
}

func (b *recorder) comments() {
	switch d := b.first(); {
	case b.comment:
		b.with(`c AS MATERIALIZED (SELECT `, nextID(`comentarios`), ` AS id, t.k, t.id AS chamado, `, namesOf(commentColumnsOf, `t.`), ` FROM t)`)
		b.with(`ci AS (INSERT INTO comentarios (id, chamado_id, usuario_id, comentario, interno, canal, criado_em)
			SELECT c.id, c.chamado, c.c_autor, c.c_texto, c.c_interno, c.c_canal, c.c_criado FROM c)`)
		b.newCommentIndex()
	case d.EditComment != nil:
		b.with(`ce AS (UPDATE comentarios SET comentario = `, b.arg(d.EditComment.Text), `, editado_em = `, b.arg(d.EditComment.EditedAt.UTC()),
			` WHERE id = `, b.arg(d.EditComment.ID), `::bigint)`)
	case d.DropComment != 0:
		id := b.arg(d.DropComment)
		b.with(`cd AS (DELETE FROM comentarios WHERE id = `, id, `::bigint)`)
		b.with(`ca AS (UPDATE eventos SET interno = true WHERE chamado_id = `, b.arg(d.ticket.ID), `::bigint AND comentario_id = `, id, `::bigint AND tipo = 'anexo')`)
		b.with(`cx AS (UPDATE saida SET terminado_em = `, b.arg(b.now), `, erro = '`+causeUndone+`'
			WHERE terminado_em IS NULL AND tomado_ate IS NULL AND tipo = 'aviso' AND evento_id IN (
				SELECT id FROM eventos WHERE chamado_id = `, b.arg(d.ticket.ID), `::bigint AND comentario_id = `, id, `::bigint))`)
	}
}

// files adds attachments, with the contents that are at hand.
func (b *recorder) files() {
	d := b.first()
	if len(d.Attachments) == 0 {
		return
	}
	var in fileArrays
	for i, f := range d.Attachments {
		in.add(i+1, f, d.outside[i])
	}
	comment, internal := `NULL::integer`, false
	switch {
	case b.comment:
		comment, internal = `(SELECT id FROM c)`, d.Comment.Internal
	case d.Under != nil:
		comment, internal = b.arg(d.Under.ID)+`::integer`, d.Under.Internal
	}
	b.with(`f AS MATERIALIZED (SELECT `, nextID(`anexos`), ` AS id, f.* FROM unnest(`,
		b.arg(in.names), `::text[], `, b.arg(in.mimes), `::text[], `, b.arg(in.sizes), `::bigint[], `, b.arg(in.ids), `::text[], `,
		b.arg(in.states), `::text[], `, b.arg(in.outside), `::text[]) WITH ORDINALITY AS f (nome, tipo, tamanho, file_id, estado, arquivo, ordem))`)
	b.with(`fi AS (INSERT INTO anexos (id, chamado_id, comentario_id, usuario_id, nome_arquivo, tipo_mime, tamanho_bytes,
		telegram_file_id, estado, caminho_arquivo, proxima_tentativa, interno, criado_em) SELECT f.id, t.id, `, comment, `, `, b.arg(uploader(d)),
		`::integer, f.nome, f.tipo, f.tamanho, nullif(f.file_id, ''), f.estado, nullif(f.arquivo, ''), CASE WHEN f.estado = 'pendente' THEN `, b.arg(b.now),
		`::timestamptz END, `, b.arg(internal), `::boolean, `, b.arg(b.now), `::timestamp FROM t, f)`)
	if len(in.data) > 0 {
		b.with(`fp AS (INSERT INTO anexo_partes (anexo_id, parte, dados) SELECT f.id, p.parte, p.dados FROM f JOIN unnest(`,
			b.arg(in.owner), `::bigint[], `, b.arg(in.part), `::integer[], `, b.arg(in.data), `::bytea[]) AS p (ordem, parte, dados)
			ON p.ordem = f.ordem)`)
	}
}

// uploader is whoever made the decision's event.
func uploader(d *decision) any {
	if len(d.Events) == 0 {
		return nil
	}
	return nullInt(d.Events[0].ActorID)
}

// fileArrays are attachments by column, and the pieces of those whose content is at hand.
type fileArrays struct {
	names, mimes, ids, states, outside []string
	sizes                              []int64
	owner                              []int64
	part                               []int32
	data                               [][]byte
}

func (in *fileArrays) add(place int, f domain.NewAttachment, outside string) {
	state, size := "pendente", f.Size
	if f.Content != nil || f.FileID == "" {
		state, size = "guardado", int64(len(f.Content))
	}
	in.names = append(in.names, f.Name)
	in.mimes = append(in.mimes, f.MIME)
	in.ids = append(in.ids, f.FileID)
	in.states = append(in.states, state)
	in.sizes = append(in.sizes, size)
	in.outside = append(in.outside, outside)
	if outside != "" {
		return
	}
	for i, p := range pieces(f.Content) {
		in.owner = append(in.owner, int64(place))
		in.part = append(in.part, int32(i))
		in.data = append(in.data, p)
	}
}
