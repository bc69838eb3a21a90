package storage

import (
	"strings"

	"chamados/domain"
)

// The words and the counters of decisions, written with them: the triggers that keep them for other
// programs cost as much as all the rest. They are switched off for the transaction by registered.

// registered is a condition that switches off, before it is met, what triggers would do a second time.
const registered = `(SELECT set_config('chamados.registrado', 'sim', true)) = 'sim'`

// foldedColumns are the texts of new tickets as their words are made of them.
func (b *recorder) foldedColumns() []ticketColumn {
	if b.extra {
		return nil
	}
	return []ticketColumn{
		ofTicket("titulo_dobrado", "text", func(t *domain.Ticket) any { return fold(t.Title) }),
		ofTicket("descricao_dobrada", "text", func(t *domain.Ticket) any { return fold(t.Description) }),
	}
}

// newTicketIndex adds the words of new tickets, as vetor_chamado makes them, and counts them.
func (b *recorder) newTicketIndex() {
	const name = `(SELECT u.nome FROM usuarios u WHERE u.id = t.usuario_id)`
	vector := `vetor_chamado(t.titulo, t.descricao, t.dados_extras, ` + name + `)`
	if !b.extra {
		vector = vectorOf(`t.titulo_dobrado, dobrar(` + name + `), t.descricao_dobrada`)
	}
	b.with(`bt AS (INSERT INTO busca SELECT t.id, 't', t.id, false, `, vector, ` FROM t)`)
	b.with(`k AS (INSERT INTO contadores SELECT t.status, t.categoria, t.prioridade, 1 FROM t)`)
}

// newCommentIndex adds the words of new comments, as vetor makes them.
func (b *recorder) newCommentIndex() {
	b.with(`bc AS (INSERT INTO busca SELECT c.chamado, 'c', c.id, c.c_interno, `, vectorOf(`c.c_palavras`), ` FROM c)`)
}

// vectorOf is vetor for texts that are folded already.
func vectorOf(folded string) string {
	return `to_tsvector('portuguese', regexp_replace(left(concat_ws(' ', ` + folded + `), 200000), 'oes\M', 'ao', 'g'))`
}

// recount moves changed tickets from one counter to another.
func (b *recorder) recount() {
	if !b.recounts {
		return
	}
	b.with(`k AS (INSERT INTO contadores SELECT t.antes_status, t.antes_categoria, t.antes_prioridade, -1 FROM t WHERE t.antes_excluido IS NULL
		UNION ALL SELECT t.status, t.categoria, t.prioridade, 1 FROM t WHERE t.excluido_em IS NULL)`)
}

// countsOtherwise reports whether events say that a ticket belongs to another counter than before.
func countsOtherwise(events []domain.Event) bool {
	for _, e := range events {
		switch e.Kind {
		case domain.EventStatus, domain.EventCategory, domain.EventPriority, domain.EventDeleted, domain.EventRestored:
			return true
		}
	}
	return false
}

// foldFrom and foldTo are those of the function dobrar.
const (
	foldFrom = "ÁÀÂÃÄÅáàâãäåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÕÖóòôõöÚÙÛÜúùûüÇçÑñÝýÿ"
	foldTo   = "aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuuccnnyyy"
)

var folding = func() map[rune]rune {
	m := map[rune]rune{}
	to := []rune(foldTo)
	for i, r := range []rune(foldFrom) {
		m[r] = to[i]
	}
	return m
}()

// fold does to a text what dobrar does, some fifty times faster. Capitals beyond these are left to
// to_tsvector, which folds them as the database's locale says.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r < 0x80:
			return r
		}
		if to, ok := folding[r]; ok {
			return to
		}
		return r
	}, s)
}
