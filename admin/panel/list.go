package panel

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"

	"chamados/admin/export"
	"chamados/domain"
	"chamados/domain/i18n"
)

const perPage = 50

type listBody struct {
	Filter     filter
	Tickets    []card
	Next       string // address of the next page, "" on the last
	First      bool
	Technician []domain.User
	Statuses   []domain.Status
	Categories []domain.Category
	Priorities []domain.Priority
	Orders     []domain.Order
	Chips      []chip
}

// chip is a restriction that has no field of its own, and the list without it.
type chip struct{ Text, Path string }

func (p *Panel) list(w http.ResponseWriter, r *http.Request, v *visit) error {
	f := p.readFilter(r.URL.Query())
	df := f.tickets(v.Actor)
	df.Limit = perPage
	df.After = parseCursor(r.URL.Query().Get("depois"))
	tickets, more, err := p.Desk.Tickets(r.Context(), v.Actor, df)
	if err != nil {
		return err
	}
	rows := make([]card, len(tickets))
	for i, t := range tickets {
		rows[i] = newCard(v, t)
	}
	if err := p.markUnread(r.Context(), v, rows); err != nil {
		return err
	}
	body := listBody{
		Filter: f, Tickets: rows, First: df.After == nil, Statuses: domain.Statuses,
		Categories: domain.Categories, Priorities: domain.Priorities, Orders: orders,
	}
	if more {
		body.Next = "/chamados" + f.With("depois", cursor(tickets[len(tickets)-1]))
	}
	if v.Actor.IsIT() {
		if body.Technician, err = p.Desk.ITUsers(r.Context(), v.Actor); err != nil {
			return err
		}
	}
	if body.Chips, err = p.chips(r.Context(), v, f); err != nil {
		return err
	}
	return p.render(w, v, http.StatusOK, "list", body)
}

// chips names what the list is narrowed to beside its fields.
func (p *Panel) chips(ctx context.Context, v *visit, f filter) ([]chip, error) {
	var out []chip
	between := func(key, from, to string, rest filter) {
		if from+to != "" {
			text := i18n.Text(v.Lang, "panel.filter."+key, i18n.Args{"From": formDate(v.Lang, or(from, "…")), "To": formDate(v.Lang, or(to, "…"))})
			out = append(out, chip{Text: text, Path: "/chamados" + rest.Query()})
		}
	}
	opened, ended, anyone := f, f, f
	opened.From, opened.To, ended.EndedFrom, ended.EndedTo, anyone.Requester = "", "", "", "", ""
	between("opened_between", f.From, f.To, opened)
	between("ended_between", f.EndedFrom, f.EndedTo, ended)
	if f.Missed != "" {
		anytime := f
		anytime.Missed = ""
		out = append(out, chip{Text: i18n.Text(v.Lang, "panel.filter.missed_"+f.Missed, nil), Path: "/chamados" + anytime.Query()})
	}
	if f.Requester != "" && v.Actor.IsIT() {
		id, _ := strconv.ParseInt(f.Requester, 10, 64)
		u, err := p.Desk.SeesUser(ctx, v.Actor, id)
		if err != nil && domain.CodeOf(err) != domain.CodeNotFound {
			return nil, err
		}
		text := i18n.Text(v.Lang, "panel.filter.requester", i18n.Args{"Name": or(u.Name, "#"+f.Requester)})
		out = append(out, chip{Text: text, Path: "/chamados" + anyone.Query()})
	}
	return out, nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// export streams the filtered list as CSV. What is refused is refused before anything is sent.
func (p *Panel) export(w http.ResponseWriter, r *http.Request, v *visit) error {
	df := p.readFilter(r.URL.Query()).tickets(v.Actor)
	sent := &sentBytes{w: w}
	held := bufio.NewWriterSize(sent, exportPiece)
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="chamados.csv"`)
	err := p.writeTable(held, v, func(row func(*domain.Ticket) error) error {
		return p.Desk.EachTicket(r.Context(), v.Actor, df, row)
	})
	if err == nil {
		err = held.Flush()
	}
	if err != nil && sent.n > 0 {
		// The answer has begun: cutting it off is the only honest sign left.
		p.Log.WarnContext(r.Context(), "export broke off", "error", err)
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
	}
	return err
}

// exportPiece is how much of an export is held back at a time.
const exportPiece = 32 << 10

// sentBytes counts what has gone to the reader.
type sentBytes struct {
	w io.Writer
	n int64
}

func (s *sentBytes) Write(data []byte) (int, error) {
	n, err := s.w.Write(data)
	s.n += int64(n)
	return n, err
}

// writeTable writes the head and each row that each yields.
func (p *Panel) writeTable(w io.Writer, v *visit, each func(row func(*domain.Ticket) error) error) error {
	form := export.Excel
	if v.Lang == domain.LangEnglish {
		form = export.ExcelWithComma
	}
	out, err := export.NewCSV(w, form)
	if err != nil {
		return err
	}
	head := []string{"number", "title", "category", "priority", "status", "requester", "assignee", "created", "updated"}
	for i, key := range head {
		head[i] = i18n.Text(v.Lang, "panel.column."+key, nil)
	}
	if err := out.Write(head...); err != nil {
		return err
	}
	if err := each(func(t *domain.Ticket) error { return out.Write(p.csvRow(v.Lang, t)...) }); err != nil {
		return err
	}
	return out.Flush()
}

func (p *Panel) csvRow(lang domain.Lang, t *domain.Ticket) []string {
	name := func(u *domain.UserRef) string {
		if u == nil {
			return ""
		}
		return u.Name
	}
	return []string{
		strconv.FormatInt(t.ID, 10), t.Title, i18n.Category(lang, t.Category), i18n.Priority(lang, t.Priority),
		i18n.Status(lang, t.Status), name(t.Requester), name(t.Assignee),
		i18n.DateTime(lang, t.CreatedAt.In(p.Location)), i18n.DateTime(lang, t.UpdatedAt.In(p.Location)),
	}
}
