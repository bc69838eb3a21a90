package storage_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"

	"github.com/jackc/pgx/v5"
)

// emptyDatabase makes a database without any schema and runs files of testdata in it.
func emptyDatabase(t testing.TB, files ...string) string {
	t.Helper()
	url := pgtest.URL(t)
	conn := must2(pgx.Connect(t.Context(), url))(t)
	defer conn.Close(t.Context())
	script := "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
	for _, f := range files {
		script += string(must2(os.ReadFile(filepath.Join("testdata", f)))(t))
	}
	if _, err := conn.Exec(t.Context(), script); err != nil {
		t.Fatal(err)
	}
	return url
}

func TestMigrateThreeAtOnce(t *testing.T) {
	for _, files := range [][]string{nil, {"predecessor_first.sql", "rows.sql"}} {
		url := emptyDatabase(t, files...)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := storage.Migrate(t.Context(), url); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h := openHouse(t, url, storage.Options{})
		h.open(h.user("ana", domain.RoleEmployee), "primeiro")
	}
}

// Areas number their migrations in ranges of their own, so one with a lower number may come later: whoever
// followed along must be able to go on.
func TestMigrateTakesLateMigrations(t *testing.T) {
	url := emptyDatabase(t)
	if err := storage.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	conn := must2(pgx.Connect(t.Context(), url))(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "DROP TABLE chaves; DELETE FROM migracoes WHERE version_id = 150"); err != nil {
		t.Fatal(err)
	}
	if err := storage.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "TABLE chaves"); err != nil {
		t.Error(err)
	}
}

func TestMigrateAdoptsThePredecessor(t *testing.T) {
	for _, form := range []string{"predecessor_first.sql", "predecessor_last.sql", "predecessor_enum.sql"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			url := emptyDatabase(t, form, "rows.sql")
			for range 2 { // twice is as good as once
				if err := storage.Migrate(t.Context(), url); err != nil {
					t.Fatal(err)
				}
			}
			h := openHouse(t, url, storage.Options{})
			checkAdoptedRows(t, h)
			checkAdoptedSchema(t, h)
			checkAdoptedIsFound(t, h)
		})
	}
}

func checkAdoptedRows(t *testing.T, h *house) {
	t.Helper()
	admin := must2(h.UserByEmail(t.Context(), "admin@empresa.com"))(t)
	if admin.ID != 1 || admin.Name != "Administração" || !admin.IsIT() || !admin.HasPassword ||
		!admin.UpdatedAt.Equal(time.Date(2023, 1, 2, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("account %+v", admin)
	}
	if hash := must2(h.PasswordHash(t.Context(), 1))(t); !strings.HasPrefix(hash, "$2b$12$KIXQ4u") {
		t.Errorf("hash %q", hash)
	}
	if u := must2(h.User(t.Context(), 9))(t); u.Active {
		t.Error("an account that was neither active nor inactive became active")
	}
	v := must2(h.TicketView(t.Context(), 3, false))(t)
	if v.Title != "Impressora parada" || v.Priority != domain.PriorityHigh || v.Requester.Name != "João da Silva" || v.Version != 1 ||
		!v.UpdatedAt.Equal(time.Date(2023, 3, 1, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("ticket %+v", v.Ticket)
	}
	if len(v.Comments) != 1 || v.Comments[0].Author.ID != 1 || len(v.Attachments) != 1 || v.Attachments[0].Stored {
		t.Errorf("%+v %+v", v.Comments, v.Attachments)
	}
	empty := must2(h.Ticket(t.Context(), 41))(t)
	if empty.Status != domain.StatusOpen || empty.Priority != domain.PriorityMedium || empty.CreatedAt.IsZero() {
		t.Errorf("ticket with empty fields %+v", empty)
	}
}

func checkAdoptedSchema(t *testing.T, h *house) {
	t.Helper()
	joao := domain.Actor{User: must2(h.User(t.Context(), 7))(t)}
	if id := h.open(joao, "novo").ID; id != 43 {
		t.Errorf("next ticket has number %d", id)
	}
	h.exec("UPDATE chamados SET status = 'cancelado', categoria = 'novo_colaborador' WHERE id = 3")
	if got := must2(h.Ticket(t.Context(), 3))(t); got.Version != 2 || got.UpdatedAt.Year() == 2023 {
		t.Errorf("another program's change left version %d, time %v", got.Version, got.UpdatedAt)
	}
	for _, sql := range []string{
		"UPDATE chamados SET status = 'x'", "UPDATE chamados SET categoria = 'x'", "UPDATE chamados SET prioridade = 'x'", "UPDATE usuarios SET tipo = 'x'",
	} {
		if _, err := h.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("allowed: %s", sql)
		}
	}
	for _, index := range []string{"idx_chamados_usuario", "idx_chamados_status", "idx_chamados_prioridade", "idx_chamados_atribuido", "idx_comentarios_chamado", "idx_anexos_chamado"} {
		if h.count("SELECT count(*) FROM pg_indexes WHERE indexname = $1", index) != 1 {
			t.Errorf("no %s", index)
		}
	}
	if n := h.count("SELECT count(*) FROM pg_trigger WHERE tgname IN ('trigger_usuarios_atualizado', 'trigger_chamados_atualizado')"); n != 2 {
		t.Errorf("%d triggers", n)
	}
}

func checkAdoptedIsFound(t *testing.T, h *house) {
	t.Helper()
	for _, word := range []string{"toner", "joão impressora", "foto impressora", "conexão"} {
		page, _, err := h.Tickets(t.Context(), domain.TicketFilter{Search: word})
		if err != nil || len(page) == 0 {
			t.Errorf("%q finds %d tickets, %v", word, len(page), err)
		}
	}
	if st := must2(h.Stats(t.Context()))(t); st.Total != 4 || st.ByStatus[domain.StatusClosed] != 1 {
		t.Errorf("%+v", st)
	}
}

func TestMigrateKeepsAddressesThatDifferInCase(t *testing.T) {
	url := emptyDatabase(t, "predecessor_last.sql", "rows.sql")
	conn := must2(pgx.Connect(t.Context(), url))(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `INSERT INTO usuarios (nome, email, senha_hash, tipo, id) VALUES ('Outro', 'JOAO@empresa.com', 'x', 'ti', 12)`); err != nil {
		t.Fatal(err)
	}
	if err := storage.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, url, storage.Options{})
	if u := must2(h.UserByEmail(t.Context(), "joao@empresa.com"))(t); u.ID != 7 {
		t.Errorf("account %d", u.ID)
	}
}
