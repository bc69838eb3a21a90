package admin

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"chamados/admin/export"
	"chamados/domain"
)

// exportPage is how many accounts are read at a time.
const exportPage = 500

var exportParams = []param{
	{in: "query", name: "formato", kind: "string", enum: []any{"csv", "ndjson"}},
	{in: "query", name: "excel", kind: "boolean"},
}

func (s *Server) exportRoutes() {
	addRaw[none, none](s, endpoint{
		method: http.MethodGet, path: "/api/chamados/export", id: "export-tickets", tag: "chamados",
		params: append(exportParams[:2:2], ticketFilterParams()...), content: "text/csv", contents: []string{"application/x-ndjson"},
	}, s.exportTickets)
	addRaw[none, none](s, endpoint{
		method: http.MethodGet, path: "/api/usuarios/export", id: "export-users", tag: "usuarios",
		params: append(exportParams[:2:2], userFilterParams...), content: "text/csv", contents: []string{"application/x-ndjson"},
	}, s.exportUsers)
}

// ticketFilterParams are those of the list without its pages.
func ticketFilterParams() []param {
	var out []param
	for _, p := range listParams {
		if p.name != "limite" && p.name != "cursor" {
			out = append(out, p)
		}
	}
	return out
}

var ticketHead = []string{
	"id", "titulo", "categoria", "prioridade", "status", "usuario_id", "solicitante", "solicitante_email",
	"atribuido_para", "responsavel", "criado_em", "atualizado_em", "fechado_em",
}

func ticketRow(t *domain.Ticket) []string {
	name := func(u *domain.UserRef) (name, email string) {
		if u == nil {
			return "", ""
		}
		return u.Name, u.Email
	}
	requester, email := name(t.Requester)
	assignee, _ := name(t.Assignee)
	return []string{
		strconv.FormatInt(t.ID, 10), t.Title, string(t.Category), string(t.Priority), string(t.Status),
		strconv.FormatInt(t.RequesterID, 10), requester, email, cellID(t.AssigneeID), assignee,
		cellTime(t.CreatedAt), cellTime(t.UpdatedAt), cellTime(t.FinishedAt),
	}
}

// ticketLine is a ticket on a line of its own.
type ticketLine struct {
	summaryJSON
	FinishedAt *time.Time `json:"fechado_em"`
}

func (s *Server) exportTickets(c *call) error {
	q := newQuery(c.r.URL.Query())
	q.values.Del("limite")
	q.values.Del("cursor")
	f, out := q.ticketFilter(c.actor), q.export(c, "chamados")
	if err := q.err(); err != nil {
		return err
	}
	out.begin(ticketHead)
	return out.end(s.Desk.EachTicket(c.r.Context(), c.actor, f, func(t *domain.Ticket) error {
		if out.lines != nil {
			return out.lines.Encode(ticketLine{summaryJSON: wireSummary(t), FinishedAt: wireTime(t.FinishedAt)})
		}
		return out.table.Write(ticketRow(t)...)
	}))
}

var userHead = []string{"id", "nome", "email", "tipo", "ativo", "idioma", "telegram", "telegram_vinculado", "tem_senha", "criado_em"}

func userRow(u domain.User) []string {
	return []string{
		strconv.FormatInt(u.ID, 10), u.Name, u.Email, string(u.Role), strconv.FormatBool(u.Active), string(u.Lang),
		u.TelegramName, strconv.FormatBool(u.TelegramID != 0), strconv.FormatBool(u.HasPassword), cellTime(u.CreatedAt),
	}
}

func (s *Server) exportUsers(c *call) error {
	q := newQuery(c.r.URL.Query())
	q.values.Del("limite")
	q.values.Del("cursor")
	f, out := q.userFilter(), q.export(c, "usuarios")
	if err := q.err(); err != nil {
		return err
	}
	if !c.actor.IsIT() {
		return domain.ErrITOnly
	}
	out.begin(userHead)
	return out.end(s.eachUser(c, f, func(u domain.User) error {
		if out.lines != nil {
			return out.lines.Encode(wireAccount(u))
		}
		return out.table.Write(userRow(u)...)
	}))
}

// eachUser reads the accounts a page at a time.
func (s *Server) eachUser(c *call, f domain.UserFilter, yield func(domain.User) error) error {
	f.Limit = exportPage
	for {
		users, err := s.Desk.Users(c.r.Context(), c.actor, f)
		if err != nil {
			return err
		}
		for _, u := range users {
			if err := yield(u); err != nil {
				return err
			}
		}
		if len(users) < exportPage {
			return nil
		}
		f.After = &users[len(users)-1]
	}
}

// download is an export on its way to a client.
type download struct {
	pieces *pieces
	w      *bufio.Writer
	table  *export.CSV   // nil for lines
	lines  *json.Encoder // nil for a table
	err    error
}

// export reads in which form the client wants to have it. Nothing is sent yet.
func (q *query) export(c *call, name string) *download {
	format, excel := q.values.Get("formato"), q.flag("excel")
	if format == "" {
		format = "csv"
	}
	d := &download{pieces: &pieces{c: c, download: true}}
	d.w = bufio.NewWriterSize(d.pieces, streamPiece)
	h := c.w.Header()
	switch format {
	case "csv":
		form := export.Plain
		if excel {
			form = export.Excel
		}
		d.table, d.err = export.NewCSV(d.w, form)
	case "ndjson":
		d.lines = json.NewEncoder(d.w)
		d.lines.SetEscapeHTML(false)
	default:
		q.bad("formato", "malformed")
	}
	if q.err() == nil {
		h.Set("Content-Type", map[bool]string{true: "text/csv; charset=utf-8", false: "application/x-ndjson"}[d.table != nil])
		h.Set("Content-Disposition", `attachment; filename="`+name+`.`+format+`"`)
		h.Set("Cache-Control", "no-store")
	}
	return d
}

// begin writes the head of a table.
func (d *download) begin(head []string) {
	if d.table != nil && d.err == nil {
		d.err = d.table.Write(head...)
	}
}

// end sends what is left. What breaks after the first piece breaks the connection, so that
// nobody takes a part for the whole.
func (d *download) end(err error) error {
	if err == nil {
		err = d.err
	}
	if err == nil && d.table != nil {
		err = d.table.Flush()
	}
	if err == nil {
		err = d.w.Flush()
	}
	if err != nil && d.pieces.begun {
		requestOf(d.pieces.c.r.Context()).failed = err
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		d.pieces.c.w.Header().Del("Content-Disposition")
	}
	return err
}

func cellID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func cellTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
