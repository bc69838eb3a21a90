package storage

import (
	"strings"

	"chamados/domain"
)

// The words and the counters of a decision, written with it: the triggers that keep them for other
// programs cost as much as all the rest. They are switched off for the transaction by registered.

// registered is a FROM item that switches off what triggers would do a second time.
const registered = `set_config('chamados.registrado', 'sim', true)`

// newTicketIndex adds the words of a new ticket, as vetor_chamado makes them, and counts it.
func (b *recorder) newTicketIndex() {
	t := b.ticket
	name := `(SELECT nome FROM usuarios WHERE id = ` + b.arg(t.RequesterID) + `::bigint)`
	var vector string
	if len(t.Extra) == 0 {
		vector = vectorOf(b.arg(fold(t.Title)) + `::text, dobrar(` + name + `), ` + b.arg(fold(t.Description)) + `::text`)
	} else {
		vector = `vetor_chamado(` + b.arg(t.Title) + `, ` + b.arg(t.Description) + `, ` + b.arg(nullJSON(t.Extra)) + `, ` + name + `)`
	}
	b.with(`bt AS (INSERT INTO busca SELECT t.id, 't', t.id, false, `, vector, ` FROM t)`)
	b.with(`k AS (INSERT INTO contadores VALUES (`, b.list(string(t.Status), string(t.Category), string(t.Priority)), `, 1))`)
}

// newCommentIndex adds the words of a new comment, as vetor makes them.
func (b *recorder) newCommentIndex() {
	c := b.r.Comment
	b.with(`bc AS (INSERT INTO busca SELECT t.id, 'c', c.id, `, b.arg(c.Internal), `::boolean, `, vectorOf(b.arg(fold(c.Text))+`::text`), ` FROM t, c)`)
}

// vectorOf is vetor for texts that are folded already.
func vectorOf(folded string) string {
	return `to_tsvector('portuguese', regexp_replace(left(concat_ws(' ', ` + folded + `), 200000), 'oes\M', 'ao', 'g'))`
}

// recount moves a changed ticket from one counter to another: o is the ticket before the change.
func (b *recorder) recount() {
	if !countsOtherwise(b.r.Events) {
		return
	}
	t := b.ticket
	b.with(`k AS (INSERT INTO contadores SELECT status, categoria, prioridade, -1 FROM o WHERE excluido_em IS NULL
		UNION ALL SELECT `, b.arg(string(t.Status)), `::varchar, `, b.arg(string(t.Category)), `::varchar, `, b.arg(string(t.Priority)), `::varchar, 1
			FROM o WHERE `, b.arg(t.DeletedAt.IsZero()), `::boolean)`)
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
