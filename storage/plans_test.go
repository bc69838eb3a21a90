package storage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// planTickets is how many tickets the plans are made for: enough that a scan of a large table is never the
// cheapest plan. PLAN_TICKETS=1000000 asks at the size of the bench.
func planTickets(t *testing.T) int {
	text := os.Getenv("PLAN_TICKETS")
	if text == "" {
		return 30_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// largeTables grow with the desk's age; all others stay small.
var largeTables = map[string]bool{
	"chamados": true, "comentarios": true, "eventos": true, "busca": true, "anexos": true, "mensagens": true, "saida": true, "entrada": true,
}

// mostRefused is how many rows a plan may read and not take.
const (
	mostRefused = 2000
	forNothing  = " for nothing"
)

// allowed are the scans that are meant, by what their statement says.
var allowed = []struct{ statement, why string }{
	{"FROM chamados c LEFT JOIN usuarios u ON u.id = c.usuario_id LEFT JOIN usuarios a ON a.id = c.atribuido_para WHERE c.excluido_em IS NULL ORDER BY c.criado_em DESC, c.id DESC",
		"the whole list: every ticket is read, and so is every account"},
}

// wasteful are the uses that may read rows which they do not take.
var wasteful = map[string]string{
	"list late":          "all open tickets: none of them has a promise here",
	"list answered late": "all of a month, which is nearly all there is here",
	"board own":          "a person's tickets, for each column: five hundred of a million here",
	"list own words":     "all that have a word, of which most are other people's",
	"board own words":    "the same",
	"board common word":  "half of all tickets are counted, and so is each of their texts looked at",
}

// recorded are the statements that storage sends, with their arguments.
type recorded struct {
	mu   sync.Mutex
	all  map[string][]any
	what map[string]string
	now  string
}

func (r *recorded) note(sql string, args []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.all[sql]; !known {
		r.all[sql], r.what[sql] = args, r.now
	}
}

func (r *recorded) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.note(d.SQL, d.Args)
	return ctx
}
func (r *recorded) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (r *recorded) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		r.note(q.SQL, q.Arguments)
	}
	return ctx
}
func (r *recorded) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (r *recorded) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// Every statement of the application is planned at a large size, for any arguments and for its own.
func TestPlansNeverReadWholeTables(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a large database")
	}
	r := &recorded{all: map[string][]any{}, what: map[string]string{}}
	h := openHouse(t, pgtest.URL(t), storage.WithTracer(storage.Options{}, r))
	n := planTickets(t)
	fillForPlans(h, n)
	for name, use := range uses(h, n) {
		r.now = name
		if err := use(); err != nil && domain.CodeOf(err) != domain.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	conn, err := h.Conn(t.Context()) // as the program has them
	h.must(err)
	defer conn.Release()
	all := maps.Clone(r.all)
	for sql, args := range all {
		for _, mode := range []string{"force_generic_plan", "force_custom_plan"} {
			problem := planned(t.Context(), conn.Conn(), mode, sql, args)
			if wasteful[r.what[sql]] != "" && strings.HasSuffix(problem, forNothing) {
				continue
			}
			if problem != "" && !excused(sql) {
				t.Errorf("%s (%s): %s\n%s", r.what[sql], mode, problem, sql)
			}
		}
	}
	t.Logf("%d statements planned for %d tickets", len(all), n)
}

func excused(sql string) bool {
	folded := strings.Join(strings.Fields(sql), " ")
	for _, a := range allowed {
		if strings.Contains(folded, a.statement) && !strings.Contains(folded, "LIMIT") {
			return true
		}
	}
	return false
}

// planned explains a statement and says what is wrong with its plan, "" if nothing is. It is prepared, as the program
// sends it: EXPLAIN of a statement as such plans it for its arguments, in either mode.
func planned(ctx context.Context, conn *pgx.Conn, mode, sql string, args []any) string {
	if first := strings.ToUpper(strings.Fields(sql)[0]); first != "SELECT" && first != "WITH" && first != "UPDATE" && first != "INSERT" && first != "DELETE" {
		return ""
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err.Error()
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if _, err := tx.Exec(ctx, "SET LOCAL plan_cache_mode = "+mode); err != nil {
		return err.Error()
	}
	st, err := conn.Prepare(ctx, "asked", sql)
	if err != nil {
		return "not prepared: " + err.Error()
	}
	defer conn.Deallocate(context.WithoutCancel(ctx), "asked")
	execute, err := executed(conn.TypeMap(), st, args)
	if err != nil {
		return err.Error()
	}
	var raw []byte
	if err := tx.QueryRow(ctx, "EXPLAIN (FORMAT json, ANALYZE, TIMING off) "+execute, pgx.QueryExecModeSimpleProtocol).Scan(&raw); err != nil {
		return "not explained: " + err.Error()
	}
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal(raw, &plans); err != nil {
		return err.Error()
	}
	return plans[0].Plan.problem()
}

// executed writes the execution of a prepared statement as text, since EXECUTE takes no parameters.
func executed(types *pgtype.Map, st *pgconn.StatementDescription, args []any) (string, error) {
	var literals []string
	for i, arg := range args {
		text, err := types.Encode(st.ParamOIDs[i], pgx.TextFormatCode, arg, []byte{})
		switch {
		case err != nil:
			return "", fmt.Errorf("argument %d: %w", i+1, err)
		case text == nil:
			literals = append(literals, "NULL")
		default:
			literals = append(literals, "'"+strings.ReplaceAll(string(text), "'", "''")+"'")
		}
	}
	if len(literals) == 0 {
		return "EXECUTE " + st.Name, nil
	}
	return "EXECUTE " + st.Name + "(" + strings.Join(literals, ", ") + ")", nil
}

type planNode struct {
	Kind     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Space    string `json:"Sort Space Type"`
	Loops    int    `json:"Actual Loops"`
	Refused  int    `json:"Rows Removed by Filter"` // a loop
	Plans    []planNode
}

func (p planNode) problem() string {
	switch {
	case p.Kind == "Seq Scan" && largeTables[p.Relation] && p.Loops > 0:
		return "reads all of " + p.Relation
	case p.Refused*p.Loops > mostRefused && largeTables[p.Relation]:
		return "reads " + strconv.Itoa(p.Refused*p.Loops) + " rows of " + p.Relation + forNothing
	case strings.HasPrefix(p.Kind, "Gather"):
		return "is worked out by processes of its own"
	case p.Space == "Disk":
		return "a sort spills to disk"
	}
	for _, child := range p.Plans {
		if problem := child.problem(); problem != "" {
			return problem
		}
	}
	return ""
}

// fillForPlans makes tickets of a thousand people, half of them closed years ago, and all that hangs on them. The newest
// are all open, as after an import.
func fillForPlans(h *house, n int) {
	h.exec(`INSERT INTO usuarios (nome, email, tipo, telegram_id) SELECT 'Pessoa ' || i, 'p' || i || '@x.com', CASE WHEN i <= 20 THEN 'ti' ELSE 'funcionario' END,
		CASE WHEN i % 3 = 0 THEN 1000000 + i END FROM generate_series(1, 2000) i`)
	h.exec(`INSERT INTO chamados (titulo, descricao, categoria, prioridade, status, usuario_id, atribuido_para, criado_em, atualizado_em)
		SELECT 'Impressora ' || i, 'marca' || i % 1000 || ' não liga', (ARRAY['hardware','software','rede','email','sistema','outro'])[1 + i % 6],
			(ARRAY['baixa','media','alta','urgente'])[1 + i % 4], CASE WHEN i > 0.9 * $1::int THEN 'aberto' ELSE (ARRAY['aberto','fechado','em_andamento','fechado','aguardando','resolvido','fechado','cancelado'])[1 + i % 8] END,
			1 + i % 2000, CASE WHEN i % 8 > 0 THEN 1 + i % 20 END, timestamp '2020-01-01' + i * interval '1 minute', timestamp '2020-01-01' + i * interval '1 minute'
		FROM generate_series(1, $1::int) i`, n)
	h.exec(`INSERT INTO comentarios (chamado_id, usuario_id, comentario) SELECT 1 + i % $1::int, 1 + i % 2000, 'já vi' FROM generate_series(1, $1::int) i`, n)
	h.exec(`INSERT INTO eventos (chamado_id, usuario_id, solicitante_id, tipo, canal, status) SELECT 1 + i % $1::int, 1 + i % 2000, 1 + i % 2000, 'status', 'api', 'aberto'
		FROM generate_series(1, 2 * $1::int) i`, n)
	h.exec(`INSERT INTO anexos (chamado_id, nome_arquivo, estado) SELECT 1 + i % $1::int, 'foto.jpg', 'guardado' FROM generate_series(1, $1::int / 2) i`, n)
	h.exec(`INSERT INTO mensagens (chat_id, mensagem_id, chamado_id, cartao) SELECT -5, i, i, true FROM generate_series(1, $1::int) i`, n)
	h.exec(`INSERT INTO entrada (bot_id, update_id, faixa, conteudo, recebido_em, tratado_em) SELECT 1, i, i % 500, '', now(), now() FROM generate_series(1, $1::int) i`, n)
	h.exec(`INSERT INTO saida (faixa, prioridade, criado_em, proxima_em, tipo, terminado_em) SELECT i % 500, 1, now(), now(), 'aviso', now() FROM generate_series(1, $1::int) i`, n)
	h.must(h.Maintain(h.t.Context()))
	h.exec(`VACUUM ANALYZE`)
}

// uses are the operations whose statements are planned.
func uses(h *house, n int) map[string]func() error {
	ctx := h.t.Context()
	ana, _ := h.User(ctx, 21)
	beto, _ := h.User(ctx, 1)
	employee := domain.Actor{User: ana, Channel: domain.ChannelAPI}
	it := domain.Actor{User: beto, Channel: domain.ChannelAPI}
	h.must(h.SaveGroup(ctx, domain.Group{ChatID: -5}))
	out := map[string]func() error{
		"open": func() error {
			_, err := h.desk.Open(ctx, employee, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryOther})
			return err
		},
		"comment": func() error {
			_, err := h.desk.Comment(ctx, it, 2, domain.NewComment{Text: "a"})
			return err
		},
		"change": func() error {
			status := domain.StatusWaiting
			_, err := h.desk.Change(ctx, it, 1, domain.TicketChange{Status: &status, Assignee: &domain.Assignment{UserID: 2}}, 0)
			return err
		},
		"view":      func() error { _, err := h.TicketView(ctx, 7, true); return err },
		"thread":    func() error { _, err := h.TicketThread(ctx, 7, false); return err },
		"comment 1": func() error { _, err := h.Comment(ctx, 7); return err },
		"file":      func() error { _, err := h.Attachment(ctx, 7); return err },
		"stats":     func() error { _, err := h.Stats(ctx); return err },
		"prune":     func() error { return h.Prune(ctx) },
		"account":   func() error { _, err := h.UserByEmail(ctx, "p77@x.com"); return err },
		"linked":    func() error { _, err := h.UserByTelegram(ctx, 1000003); return err },
		"since":     func() error { _, err := h.Feed().Since(ctx, int64(n), 100); return err },
		"claim":     func() error { _, _, err := h.Outbox().Claim(ctx, 7, time.Minute); return err },
		"due out":   func() error { _, err := h.Outbox().DueLanes(ctx, 50); return err },
		"due in":    func() error { _, err := h.Inbox().DueLanes(ctx, 50); return err },
		"due files": func() error { _, err := h.Files().DueFiles(ctx, 50); return err },
		"offset":    func() error { _, err := h.Inbox().NextOffset(ctx, 1); return err },
		"card":      func() error { _, err := h.Outbox().Card(ctx, 7, -5); return err },
		"notice":    func() error { _, err := h.Outbox().NoticeEvents(ctx, []int64{1, 2}); return err },
		"receive": func() error {
			return h.Inbox().Receive(ctx, []domain.Update{{BotID: 1, UpdateID: int64(n) + 1, Lane: 7, Payload: []byte("{}")}})
		},
		"work": func() error {
			_, _, err := h.work(ctx, 7, func(ctx context.Context, tx domain.Tx, _ domain.Update) error {
				if _, _, err := tx.TicketOfMessage(ctx, domain.Origin{ChatID: -5, MessageID: 7}); err != nil {
					return err
				}
				return tx.Enqueue(ctx, domain.Outgoing{ChatID: 7})
			})
			return err
		},
		"sent": func() error {
			return h.Outbox().Sent(ctx, domain.Delivery{IDs: []int64{1}, Kind: domain.DeliverCard, TicketID: 7, ChatID: -5}, 9, nil)
		},
	}
	last := domain.Ticket{ID: int64(n / 2), CreatedAt: time.Date(2020, 1, 5, 0, 0, 0, 0, time.UTC), UpdatedAt: time.Date(2020, 1, 5, 0, 0, 0, 0, time.UTC), Priority: domain.PriorityMedium}
	for name, f := range map[string]domain.TicketFilter{
		"newest": {}, "next": {After: &last}, "oldest": {Order: domain.OrderOldest}, "updated": {Order: domain.OrderUpdated},
		"own": {RequesterID: 77}, "assigned": {AssigneeID: 3}, "queue": {Unassigned: true, Open: true, Order: domain.OrderPriority},
		"status": {Statuses: []domain.Status{domain.StatusOpen}}, "number": {Search: "#77", Internal: true}, "digits": {Search: "77", Internal: true},
		"late": {Open: true, Late: domain.LateNow}, "answered late": {Late: domain.LateResponse, From: last.CreatedAt, To: last.CreatedAt.AddDate(0, 1, 0)},
		"waiting": {Statuses: []domain.Status{domain.StatusWaiting}}, "waiting oldest": {Statuses: []domain.Status{domain.StatusWaiting}, Order: domain.OrderOldest},
		"words": {Search: "impressora marca77", Internal: true}, "own words": {Search: "marca77", RequesterID: 77},
		"words anywhere": {Search: "vi marca77 pessoa"}, "common word": {Search: "impressora", Internal: true}, "number or word": {Search: "marca 77"},
		"pasted": {Search: "a impressora marca77 da pessoa 78 não liga desde ontem", Internal: true}, "words of one text": {Search: `"marca77 não"`},
	} {
		f.Limit = 50
		out["list "+name] = func() error { _, _, err := h.Tickets(ctx, f); return err }
	}
	for name, f := range map[string]domain.TicketFilter{
		"all": {}, "own": {RequesterID: 77}, "oldest": {Order: domain.OrderOldest}, "by priority": {Order: domain.OrderPriority},
		"number": {Search: "#77", Internal: true}, "words": {Search: "marca77 impressora", Internal: true}, "own words": {Search: "vi marca77", RequesterID: 77},
		"common word": {Search: "impressora", Internal: true},
	} {
		out["board "+name] = func() error { _, err := h.Board(ctx, f, 25); return err }
	}
	out["whole list"] = func() error {
		return h.EachTicket(ctx, domain.TicketFilter{}, func(*domain.Ticket) error { return nil })
	}
	return out
}
