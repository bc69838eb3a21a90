package storage

import (
	"context"

	"chamados/domain"
)

// Anonymise overwrites who an account was and deletes what else tells of the person: links, codes,
// conversation, messages and mails that wait or were sent, raw updates, reports of imports. Tickets,
// comments and history keep the account's number.
func (s *store) Anonymise(ctx context.Context, id int64, name, email string) error {
	u, err := s.User(ctx, id)
	if err != nil {
		return err
	}
	now := s.db.clock()
	list := []statement{
		{sql: `UPDATE usuarios SET nome = $2, email = $3, senha_hash = NULL, ativo = false, idioma = NULL, telegram_id = NULL, telegram_nome = NULL,
			telegram_bloqueado_em = NULL, versao_token = versao_token + 1, anonimizado_em = coalesce(anonimizado_em, $4), atualizado_em = $4
			WHERE id = $1::bigint`, args: []any{id, name, email, now}},
		{sql: `DELETE FROM convites WHERE usuario_id = $1::bigint`, args: []any{id}},
		{sql: `DELETE FROM codigos WHERE usuario_id = $1::bigint`, args: []any{id}},
		{sql: `UPDATE correio SET segredos = NULL, endereco = NULL, terminado_em = coalesce(terminado_em, $2), erro = CASE WHEN terminado_em IS NULL THEN 'pessoa removida' ELSE erro END
			WHERE usuario_id = $1::bigint`, args: []any{id, now}},
		{sql: `DELETE FROM importacoes WHERE resultado::text LIKE '%' || $1 || '%'`, args: []any{likeWord(`"email":"` + u.Email + `"`)}},
	}
	if u.TelegramID != 0 {
		list = append(list,
			statement{sql: `UPDATE saida SET terminado_em = coalesce(terminado_em, $2), conteudo = NULL,
				erro = CASE WHEN terminado_em IS NULL THEN 'pessoa removida' ELSE erro END WHERE faixa = $1`, args: []any{u.TelegramID, now}},
			statement{sql: `DELETE FROM conversas WHERE chat_id = $1`, args: []any{u.TelegramID}},
			statement{sql: `DELETE FROM entrada WHERE faixa = $1 AND (tratado_em IS NOT NULL OR parado_em IS NOT NULL)`, args: []any{u.TelegramID}},
		)
	}
	if err := s.run(ctx, list...); err != nil {
		return wrap("anonymise a person", absent(err, domain.ErrUserNotFound))
	}
	s.wakes(Wake{Users: []int64{id}})
	return nil
}

// likeWord quotes a text for LIKE.
func likeWord(s string) string {
	var out []rune
	for _, r := range s {
		if r == '%' || r == '_' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}
