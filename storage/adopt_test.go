package storage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chamados/domain"
	"chamados/storage"
)

var predecessorForms = []string{"predecessor_first.sql", "predecessor_last.sql", "predecessor_enum.sql"}

// years of a predecessor: people, tickets in all states, comments and files, as they are in the field.
func fillPredecessor(tb testing.TB, url string, tickets int) {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close(tb.Context())
	word := func(column string, of ...string) string { // of the type that the form's column has
		return fmt.Sprintf("(ARRAY['%s'])[1 + n %% %d]::%s", strings.Join(of, "','"), len(of), wordType(tb, conn, column))
	}
	for _, sql := range []string{
		`INSERT INTO usuarios (nome, email, senha_hash, tipo, ativo, criado_em)
			SELECT 'Pessoa ' || n, 'pessoa' || n || '@empresa.com', '$2b$12$KIXQ4u0qYbYcQeXJf1kX8uYB1Vw3Jb1qkK0p6r9iQdYx7VnT0eW2e',
				'funcionario', CASE WHEN n % 50 > 0 THEN true END, '2022-01-01'::timestamp + n * interval '1 hour'
			FROM generate_series(1, 500) n`,
		`INSERT INTO chamados (titulo, descricao, categoria, prioridade, status, usuario_id, criado_em, atualizado_em, fechado_em)
			SELECT 'Chamado ' || n, repeat('A impressora do ' || n % 7 || 'º andar não imprime e as conexões caem. ', 1 + n % 9),
				` + word("categoria", "hardware", "software", "rede", "email", "sistema", "outro") + `,
				CASE WHEN n % 9 > 0 THEN ` + word("prioridade", "baixa", "media", "alta", "urgente") + ` END,
				` + word("status", "aberto", "em_andamento", "aguardando", "resolvido", "fechado") + `,
				1 + n % 500, '2022-01-01'::timestamp + n * interval '10 minutes', '2022-01-02'::timestamp + n * interval '10 minutes',
				CASE WHEN n % 5 >= 3 THEN '2022-01-02'::timestamp + n * interval '10 minutes' END
			FROM generate_series(1, ` + fmt.Sprint(tickets) + `) n`,
		`INSERT INTO comentarios (chamado_id, usuario_id, comentario, criado_em)
			SELECT id, usuario_id, '[SYSTEM] Visto por ' || usuario_id, criado_em FROM chamados WHERE id % 2 = 0`,
		`INSERT INTO anexos (chamado_id, nome_arquivo, caminho_arquivo, tamanho_bytes)
			SELECT id, 'foto_' || id || '.png', 'uploads/' || id, 1000 FROM chamados WHERE id % 10 = 0`,
	} {
		if _, err := conn.Exec(tb.Context(), sql); err != nil {
			tb.Fatalf("%v: %s", err, sql)
		}
	}
}

func wordType(tb testing.TB, conn *pgx.Conn, column string) string {
	tb.Helper()
	var name string
	err := conn.QueryRow(tb.Context(), `SELECT format_type(atttypid, atttypmod) FROM pg_attribute
		WHERE attrelid = 'chamados'::regclass AND attname = $1`, column).Scan(&name)
	if err != nil {
		tb.Fatal(err)
	}
	return name
}

// The report says what was found and what became of it; a second upgrade finds nothing to do.
func TestUpgradeReportsWhatItAdopted(t *testing.T) {
	for _, form := range predecessorForms {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			url := emptyDatabase(t, form)
			fillPredecessor(t, url, 500)
			report, err := storage.Upgrade(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			if !report.Adopted || report.From != 0 || report.To == 0 || len(report.Applied) < 20 || len(report.Lost()) > 0 {
				t.Errorf("%+v", report)
			}
			rows := map[string]int64{"usuarios": 500, "chamados": 500, "comentarios": 250, "anexos": 50}
			for _, table := range report.Tables {
				if want, old := rows[table.Name]; old != table.Existed || table.Before != want || table.After != want {
					t.Errorf("%+v", table)
				}
				if table.Name == "chamados" && !slices.Contains(table.Added, "versao") {
					t.Errorf("columns added to chamados: %v", table.Added)
				}
			}
			again, err := storage.Upgrade(t.Context(), url)
			if err != nil || len(again.Applied)+len(again.Tables) > 0 || again.To != report.To || again.Adopted {
				t.Errorf("the second time: %+v, %v", again, err)
			}
		})
	}
}

func TestUpgradeWarnsOfWhatItLeaves(t *testing.T) {
	url := emptyDatabase(t, "predecessor_last.sql")
	conn := must2(pgx.Connect(t.Context(), url))(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `ALTER TABLE usuarios DROP CONSTRAINT usuarios_tipo_check;
		INSERT INTO usuarios (nome, email, senha_hash, tipo) VALUES ('X', 'x@empresa.com', 'x', 'estagiario')`); err != nil {
		t.Fatal(err)
	}
	report, err := storage.Upgrade(t.Context(), url)
	if err != nil || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "usuarios.tipo") {
		t.Errorf("%v %v", report.Warnings, err)
	}
}

// A predecessor's sequences may have any name, and others theirs: numbers go on where they were.
func TestUpgradeNamesSequences(t *testing.T) {
	url := emptyDatabase(t, "predecessor_last.sql")
	fillPredecessor(t, url, 20)
	conn := must2(pgx.Connect(t.Context(), url))(t)
	defer conn.Close(t.Context())
	for _, sql := range []string{
		`ALTER SEQUENCE chamados_id_seq RENAME TO "Números"`, `CREATE SEQUENCE chamados_id_seq START 7`, `CREATE SEQUENCE chamados_id_seq_antiga`,
		`ALTER SEQUENCE comentarios_id_seq RENAME TO comentarios_id_seq1`, `ALTER SEQUENCE anexos_id_seq RENAME TO swapped`,
		`CREATE SCHEMA other`, `CREATE SEQUENCE other.anexos_id_seq`, `ALTER DATABASE ` + pgx.Identifier{conn.Config().Database}.Sanitize() + ` SET search_path = public, other`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%v: %s", err, sql)
		}
	}
	if _, err := storage.Upgrade(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, url, storage.Options{})
	ticket := h.open(h.user("ana", domain.RoleEmployee), "vinte e um")
	if ticket.ID != 21 {
		t.Errorf("the next ticket is %d", ticket.ID)
	}
	for _, table := range []string{"chamados", "comentarios", "anexos"} {
		if n := h.count(`SELECT count(*) WHERE pg_get_serial_sequence($1, 'id') = 'public.' || $1 || '_id_seq'`, table); n != 1 {
			t.Errorf("%s has another sequence", table)
		}
	}
}

// BenchmarkAdopt takes over 100,000 tickets of each form:
// go test ./storage -run '^$' -bench Adopt -benchtime 1x
func BenchmarkAdopt(b *testing.B) {
	for _, form := range predecessorForms {
		b.Run(strings.TrimSuffix(form, ".sql"), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				url := emptyDatabase(b, form)
				fillPredecessor(b, url, 100_000)
				b.StartTimer()
				report, err := storage.Upgrade(b.Context(), url)
				if err != nil {
					b.Fatal(err)
				}
				for _, m := range report.Applied {
					if m.Took > time.Second {
						b.Logf("migration %d: %v", m.Version, m.Took.Round(time.Millisecond))
					}
				}
			}
		})
	}
}
