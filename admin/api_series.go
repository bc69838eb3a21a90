package admin

import (
	"math"
	"net/http"
	"time"

	"chamados/domain"
	"chamados/internal/chart"
)

// Sizes of pictures in pixels.
const (
	pictureWidth, pictureHeight = 960, 420
	maxPicture                  = 2400
)

var seriesParams = []param{
	{in: "query", name: "de", kind: "date"},
	{in: "query", name: "ate", kind: "date"},
	{in: "query", name: "por", kind: "string", enum: []any{"dia", "semana", "mes"}},
	{in: "query", name: "categoria", kind: "string"},
	{in: "query", name: "prioridade", kind: "string"},
	{in: "query", name: "atribuido_para", kind: "string"},
	{in: "query", name: "solicitante", kind: "integer"},
	{in: "query", name: "formato", kind: "string", enum: []any{"json", "csv", "svg", "png"}},
	{in: "query", name: "vista", kind: "string", enum: viewWords()},
	{in: "query", name: "excel", kind: "boolean"},
	{in: "query", name: "tema", kind: "string", enum: []any{"claro", "escuro"}},
	{in: "query", name: "largura", kind: "integer"},
	{in: "query", name: "altura", kind: "integer"},
}

type spreadJSON struct {
	Count  int64    `json:"n"`
	Median *float64 `json:"mediana_s" nullable:"true" doc:"Segundos corridos"`
	P90    *float64 `json:"p90_s" nullable:"true" doc:"Segundos corridos"`
}

type keptJSON struct {
	Met     int64 `json:"cumpridos"`
	Decided int64 `json:"decididos"`
}

type ratingJSON struct {
	Mean  *float64 `json:"media" nullable:"true" doc:"De 1 a 5"`
	Count int64    `json:"n"`
}

type figuresJSON struct {
	Opened     int64      `json:"abertos"`
	Resolved   int64      `json:"resolvidos"`
	Cancelled  int64      `json:"cancelados"`
	Response   spreadJSON `json:"primeira_resposta"`
	Resolution spreadJSON `json:"solucao"`
	ResponseOK keptJSON   `json:"prazo_resposta"`
	SolutionOK keptJSON   `json:"prazo_solucao"`
	Rating     ratingJSON `json:"satisfacao"`
}

type pointJSON struct {
	Start   string      `json:"inicio" format:"date"`
	Backlog int64       `json:"saldo"`
	Figures figuresJSON `json:"numeros"`
}

type sliceJSON struct {
	Key     string      `json:"chave"`
	Name    string      `json:"nome"`
	Figures figuresJSON `json:"numeros"`
}

type seriesJSON struct {
	From       string      `json:"de" format:"date"`
	To         string      `json:"ate" format:"date"`
	Step       string      `json:"por" enum:"dia,semana,mes"`
	Zone       string      `json:"fuso"`
	Total      figuresJSON `json:"totais"`
	Backlog    int64       `json:"saldo"`
	Points     []pointJSON `json:"pontos"`
	Category   []sliceJSON `json:"por_categoria"`
	Priority   []sliceJSON `json:"por_prioridade"`
	Technician []sliceJSON `json:"por_responsavel"`
	Requester  []sliceJSON `json:"por_solicitante"`
}

// viewNames are the words of what can be asked for, the default first.
func viewNames() []string {
	var out []string
	for _, v := range chart.Views {
		out = append(out, string(v))
	}
	return out
}

func viewWords() []any {
	var out []any
	for _, name := range viewNames() {
		out = append(out, name)
	}
	return out
}

func (s *Server) seriesRoutes() {
	addRaw[none, seriesJSON](s, endpoint{
		method: http.MethodGet, path: "/api/estatisticas/serie", id: "statistics-series", tag: "estatisticas",
		params: seriesParams, contents: []string{"text/csv", "image/svg+xml", "image/png"},
	}, s.series)
}

func (s *Server) series(c *call) error {
	if !c.actor.IsIT() {
		return domain.ErrITOnly
	}
	q := newQuery(c.r.URL.Query())
	f := q.seriesFilter(c.actor, s.Location, s.Now())
	want := q.seriesForm(c)
	if err := q.err(); err != nil {
		return err
	}
	out, err := s.Desk.Series(c.r.Context(), c.actor, f)
	if err != nil {
		return err
	}
	switch want.format {
	case "csv":
		return want.table(out)
	case "svg", "png":
		return want.picture(out)
	}
	return writeJSON(c.w, http.StatusOK, "application/json", wireSeries(out))
}

// seriesFilter reads the period, by default the last 30 days, and what it is narrowed to.
func (q *query) seriesFilter(a domain.Actor, zone *time.Location, now time.Time) domain.SeriesFilter {
	today := domain.StepDay.Floor(now.In(zone))
	f := domain.SeriesFilter{
		From: q.day("de", zone), To: q.day("ate", zone), Zone: zone, Step: domain.Step(q.values.Get("por")),
		Categories: words(q, "categoria", "unknown_category", domain.Category.Valid),
		Priorities: words(q, "prioridade", "unknown_priority", domain.Priority.Valid),
	}
	f.RequesterID = q.id("solicitante")
	if f.AssigneeID = a.ID; q.values.Get("atribuido_para") != "eu" {
		f.AssigneeID = q.id("atribuido_para")
	}
	f.Complete(today)
	switch f.Step {
	case domain.StepDay, domain.StepWeek, domain.StepMonth:
	default:
		q.bad("por", "malformed")
	}
	return f
}

// day returns the beginning of a day in the desk's zone.
func (q *query) day(name string, zone *time.Location) time.Time {
	word := q.values.Get(name)
	if word == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(domain.DateLayout, word, zone)
	if err != nil || !databaseYear(t) {
		q.bad(name, "not_a_date")
	}
	return t
}

// seriesForm is how the client wants to have the series.
type seriesForm struct {
	c      *call
	format string
	view   chart.View
	excel  bool
	look   chart.Look
}

func (q *query) seriesForm(c *call) seriesForm {
	w := seriesForm{
		c: c, format: q.oneOf("formato", "json", "csv", "svg", "png"), excel: q.flag("excel"),
		view: chart.View(q.oneOf("vista", viewNames()...)),
		look: chart.Look{
			Width: q.size("largura", pictureWidth), Height: q.size("altura", pictureHeight),
			Dark: q.oneOf("tema", "claro", "escuro") == "escuro",
		},
	}
	w.look.Format = chart.Format(w.format)
	return w
}

// oneOf returns a word out of a few; the first is the default.
func (q *query) oneOf(name string, known ...string) string {
	word := q.values.Get(name)
	if word == "" {
		return known[0]
	}
	for _, k := range known {
		if word == k {
			return word
		}
	}
	q.bad(name, "malformed")
	return known[0]
}

func (q *query) size(name string, usual int) int {
	n := q.id(name)
	switch {
	case n == 0:
		return usual
	case n < 100 || n > maxPicture:
		q.bad(name, "malformed")
	}
	return int(n)
}

func wireSeries(s domain.Series) seriesJSON {
	out := seriesJSON{
		From: s.Filter.From.Format(domain.DateLayout), To: s.Filter.To.Format(domain.DateLayout), Step: string(s.Filter.Step),
		Zone: s.Filter.Zone.String(), Total: wireFigures(s.Total), Backlog: s.Backlog, Points: make([]pointJSON, 0, len(s.Points)),
		Category: wireSlices(s.Category), Priority: wireSlices(s.Priority),
		Technician: wireSlices(s.Technician), Requester: wireSlices(s.Requester),
	}
	for _, p := range s.Points {
		out.Points = append(out.Points, pointJSON{
			Start: p.Start.Format(domain.DateLayout), Backlog: p.Backlog, Figures: wireFigures(p.Figures),
		})
	}
	return out
}

func wireSlices(list []domain.Slice) []sliceJSON {
	out := make([]sliceJSON, 0, len(list))
	for _, s := range list {
		out = append(out, sliceJSON{Key: s.Key, Name: s.Name, Figures: wireFigures(s.Figures)})
	}
	return out
}

func wireFigures(f domain.Figures) figuresJSON {
	rating := ratingJSON{Count: f.RatingCount}
	if f.RatingCount > 0 {
		mean := math.Round(f.Rating*100) / 100
		rating.Mean = &mean
	}
	return figuresJSON{
		Rating: rating,
		Opened: f.Opened, Resolved: f.Resolved, Cancelled: f.Cancelled,
		Response: wireSpread(f.Response), Resolution: wireSpread(f.Resolution),
		ResponseOK: keptJSON(f.ResponseOK), SolutionOK: keptJSON(f.SolutionOK),
	}
}

func wireSpread(s domain.Spread) spreadJSON {
	out := spreadJSON{Count: s.Count}
	if s.Count > 0 {
		median, p90 := s.Median.Seconds(), s.P90.Seconds()
		out.Median, out.P90 = &median, &p90
	}
	return out
}

// hours returns a duration in hours with one decimal, for pictures and tables.
func hours(d time.Duration) float64 { return math.Round(d.Hours()*10) / 10 }
