package panel

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

// figure is one number, as a bar that leads to the tickets behind it.
type figure struct {
	Sign  string
	Name  string
	Class string
	Path  string
	Count int64
	Share int64 // of the largest beside it, in percent
}

type statisticsBody struct {
	Period     period
	Problem    string
	Total      domain.Figures
	Backlog    int64
	Opened     string // address of the tickets opened in the period; Ended likewise
	Ended      string
	LateOpened string // address of those that were answered late, or of all where none was; LateEnded likewise
	LateEnded  string
	Pending    string // address of the backlog, "" when the period ended before today
	Plots      []plotted
	Parts      []part
	Now        []figure // by status, whatever the period
	Technician []domain.User
	Categories []domain.Category
	Priorities []domain.Priority
	Steps      []domain.Step
	Presets    []int
}

// plotted is a plot with the table behind it.
type plotted struct {
	plot
	View string
	Head []string
	Rows []plotRow
}

type plotRow struct {
	Label string
	Cells []plotCell
}

type plotCell struct{ Text, Path string }

// part is the tickets of the period by what they share.
type part struct {
	View, Name string
	Rows       []partRow
}

type partRow struct {
	figure
	Figures domain.Figures
	Ended   string
}

func (p *Panel) statistics(w http.ResponseWriter, r *http.Request, v *visit) error {
	body := statisticsBody{
		Period: p.readPeriod(r), Categories: domain.Categories, Priorities: domain.Priorities, Steps: domain.Steps,
		Presets: []int{7, 30, 90, 365},
	}
	now, err := p.Desk.Stats(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	body.Now = byStatus(v.Lang, now)
	if body.Technician, err = p.Desk.ITUsers(r.Context(), v.Actor); err != nil {
		return err
	}
	series, err := p.Desk.Series(r.Context(), v.Actor, body.Period.SeriesFilter)
	if domain.CodeOf(err) == domain.CodeInvalid {
		body.Problem = p.errorText(v.Lang, err)
		return p.render(w, v, http.StatusUnprocessableEntity, "statistics", body)
	}
	if err != nil {
		return err
	}
	body.show(v.Lang, series)
	return p.render(w, v, http.StatusOK, "statistics", body)
}

func byStatus(lang domain.Lang, s domain.Stats) []figure {
	var out []figure
	for _, x := range domain.Statuses {
		out = append(out, figure{
			Sign: x.Emoji(), Name: i18n.Status(lang, x), Class: string(x), Path: "/chamados?status=" + string(x), Count: s.ByStatus[x],
		})
	}
	share(out)
	return out
}

// share fills in how long each bar is.
func share(figures []figure) {
	var most int64 = 1
	for _, f := range figures {
		most = max(most, f.Count)
	}
	for i := range figures {
		figures[i].Share = figures[i].Count * 100 / most
	}
}

// show fills the page with a series.
func (b *statisticsBody) show(lang domain.Lang, s domain.Series) {
	f := b.Period
	b.Total, b.Backlog = s.Total, s.Backlog
	b.Opened, b.Ended = f.tickets(f.From, f.To, false), f.tickets(f.From, f.To, true)
	b.LateOpened, b.LateEnded = b.Opened, b.Ended
	if k := s.Total.ResponseOK; k.Met < k.Decided {
		b.LateOpened = f.tickets(f.From, f.To, false, "prazo", string(domain.LateResponse))
	}
	if k := s.Total.SolutionOK; k.Met < k.Decided {
		b.LateEnded = f.tickets(f.From, f.To, true, "prazo", string(domain.LateSolution))
	}
	if !f.To.Before(f.today) {
		b.Pending = "/chamados" + f.open()
	}
	d := drawing{lang: lang, period: f, points: s.Points}
	b.Plots = []plotted{d.flow(), d.backlog(), d.times()}
	b.Parts = []part{
		d.part("categoria", s.Category), d.part("prioridade", s.Priority),
		d.part("responsavel", s.Technician), d.part("solicitante", s.Requester),
	}
}

// drawing turns a series into plots and parts.
type drawing struct {
	lang   domain.Lang
	period period
	points []domain.Point
}

func (d drawing) word(key string) string { return i18n.Text(d.lang, "series."+key, nil) }

func (d drawing) labels() []string {
	layout := d.word("layout." + string(d.period.Step))
	out := make([]string, len(d.points))
	for i, p := range d.points {
		out[i] = p.Start.Format(layout)
	}
	return out
}

func (d drawing) values(of func(domain.Point) float64) []float64 {
	out := make([]float64, len(d.points))
	for i, p := range d.points {
		out[i] = of(p)
	}
	return out
}

// piece returns the days of a point within the period.
func (d drawing) piece(i int) (from, to time.Time) {
	from, to = d.points[i].Start, d.period.To
	if from.Before(d.period.From) {
		from = d.period.From
	}
	if i+1 < len(d.points) {
		to = d.points[i+1].Start.AddDate(0, 0, -1)
	}
	return from, to
}

// table adds the table behind a plot, and what the plot tells at each point.
func (d drawing) table(p plotted, cells func(i int) []plotCell) plotted {
	labels := d.labels()
	for i, label := range labels {
		p.Rows = append(p.Rows, plotRow{Label: label, Cells: cells(i)})
	}
	p.slots(labels, func(i int) (title, path string) {
		title = labels[i]
		for c, cell := range p.Rows[i].Cells {
			title += "\n" + p.Head[c] + ": " + cell.Text
		}
		from, to := d.piece(i)
		return title, d.period.tickets(from, to, false)
	})
	return p
}

func (d drawing) flow() plotted {
	p := plotted{View: "fluxo", Head: []string{d.word("opened"), d.word("resolved")}}
	p.Name, p.Keys = d.word("title.fluxo"), []plotKey{{"a", p.Head[0]}, {"b", p.Head[1]}}
	p.columns(
		d.values(func(x domain.Point) float64 { return float64(x.Opened) }),
		d.values(func(x domain.Point) float64 { return float64(x.Resolved) }),
	)
	return d.table(p, func(i int) []plotCell {
		from, to := d.piece(i)
		return []plotCell{
			{number(d.points[i].Opened), d.period.tickets(from, to, false)},
			{number(d.points[i].Resolved), d.period.tickets(from, to, true)},
		}
	})
}

func (d drawing) backlog() plotted {
	p := plotted{View: "saldo", Head: []string{d.word("backlog")}}
	p.Name, p.Keys = d.word("title.saldo"), []plotKey{{"c", p.Head[0]}}
	p.lines(true, d.values(func(x domain.Point) float64 { return float64(x.Backlog) }))
	return d.table(p, func(i int) []plotCell { return []plotCell{{Text: number(d.points[i].Backlog)}} })
}

func (d drawing) times() plotted {
	p := plotted{View: "tempos", Head: []string{d.word("response_median"), d.word("resolution_median"), d.word("resolution_p90")}}
	p.Name, p.Keys = d.word("title.tempos"), []plotKey{{"a", p.Head[0]}, {"b", p.Head[1]}, {"c", p.Head[2]}}
	hours := func(s domain.Spread, t time.Duration) float64 {
		if s.Count == 0 {
			return math.NaN()
		}
		return math.Round(t.Hours()*10) / 10
	}
	p.lines(false,
		d.values(func(x domain.Point) float64 { return hours(x.Response, x.Response.Median) }),
		d.values(func(x domain.Point) float64 { return hours(x.Resolution, x.Resolution.Median) }),
		d.values(func(x domain.Point) float64 { return hours(x.Resolution, x.Resolution.P90) }),
	)
	return d.table(p, func(i int) []plotCell {
		x := d.points[i]
		return []plotCell{
			{Text: took(d.lang, x.Response, x.Response.Median)}, {Text: took(d.lang, x.Resolution, x.Resolution.Median)},
			{Text: took(d.lang, x.Resolution, x.Resolution.P90)},
		}
	})
}

func (d drawing) part(view string, list []domain.Slice) part {
	out := part{View: view, Name: d.word("title." + view)}
	bars := make([]figure, len(list))
	for i, s := range list {
		bars[i] = figure{Name: d.name(view, s), Count: s.Opened}
		switch view {
		case "categoria":
			bars[i].Sign = domain.Category(s.Key).Emoji()
		case "prioridade":
			bars[i].Sign, bars[i].Class = domain.Priority(s.Key).Emoji(), s.Key
		}
	}
	share(bars)
	for i, s := range list {
		key := s.Key
		if key == "" {
			key = assigneeNobody
		}
		bars[i].Path = d.period.tickets(d.period.From, d.period.To, false, view, key)
		out.Rows = append(out.Rows, partRow{
			figure: bars[i], Figures: s.Figures, Ended: d.period.tickets(d.period.From, d.period.To, true, view, key),
		})
	}
	return out
}

// name is what people call a slice.
func (d drawing) name(view string, s domain.Slice) string {
	switch {
	case view == "categoria":
		return i18n.Category(d.lang, domain.Category(s.Key))
	case view == "prioridade":
		return i18n.Priority(d.lang, domain.Priority(s.Key))
	case s.Key == "":
		return d.word("nobody")
	}
	return s.Name
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// took puts a time in words, "—" if nothing was measured.
func took(lang domain.Lang, s domain.Spread, t time.Duration) string { return i18n.Took(lang, s, t) }

// rating returns the mean satisfaction; "—" if nobody rated.
func rating(lang domain.Lang, f domain.Figures) string {
	if f.RatingCount == 0 {
		return "—"
	}
	return i18n.Decimal(lang, f.Rating, 1) + " ★"
}

// kept returns how many promises were kept, in percent; "—" if none was decided.
func kept(k domain.Kept) string {
	if k.Decided == 0 {
		return "—"
	}
	return strconv.FormatInt(k.Met*100/k.Decided, 10) + "%"
}
