package chart

import (
	"math"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

// View is what statistics are looked at from. Its value is the word on the wire.
type View string

// The views that there are.
const (
	Flow       View = "fluxo"
	Backlog    View = "saldo"
	Times      View = "tempos"
	Category   View = "categoria"
	Priority   View = "prioridade"
	Technician View = "responsavel"
	Requester  View = "solicitante"
)

// Views are all views.
var Views = []View{Flow, Backlog, Times, Category, Priority, Technician, Requester}

// ByTime reports whether a view shows the pieces of the period, and not slices of it.
func (v View) ByTime() bool { return v == Flow || v == Backlog || v == Times }

// Slices returns the part of a series that a view shows, nil for those by time.
func (v View) Slices(s domain.Series) []domain.Slice {
	switch v {
	case Category:
		return s.Category
	case Priority:
		return s.Priority
	case Technician:
		return s.Technician
	case Requester:
		return s.Requester
	}
	return nil
}

// Name is what people call a slice of a view.
func Name(lang domain.Lang, v View, s domain.Slice) string {
	switch {
	case v == Category:
		return i18n.Category(lang, domain.Category(s.Key))
	case v == Priority:
		return i18n.Priority(lang, domain.Priority(s.Key))
	case s.Key == "":
		return i18n.Text(lang, "series.nobody", nil)
	}
	return s.Name
}

// Of returns the picture of one view of a series.
func Of(lang domain.Lang, s domain.Series, v View) Chart {
	word := func(key string) string { return i18n.Text(lang, "series."+key, nil) }
	c := Chart{Title: word("title." + string(v))}
	if !v.ByTime() {
		return bars(c, lang, v, v.Slices(s))
	}
	layout := word("layout." + string(s.Filter.Step))
	for _, p := range s.Points {
		c.Labels = append(c.Labels, p.Start.Format(layout))
	}
	switch v {
	case Flow:
		c.Series = []Series{{word("opened"), values(s, opened)}, {word("resolved"), values(s, resolved)}}
	case Backlog:
		c.Kind, c.Series = Lines, []Series{{word("backlog"), values(s, backlog)}}
	case Times:
		c.Kind = Lines
		c.Series = []Series{
			{word("response_median"), values(s, response)},
			{word("resolution_median"), values(s, func(p domain.Point) float64 { return measured(p.Resolution, p.Resolution.Median) })},
			{word("resolution_p90"), values(s, func(p domain.Point) float64 { return measured(p.Resolution, p.Resolution.P90) })},
		}
	}
	return c
}

func opened(p domain.Point) float64   { return float64(p.Opened) }
func resolved(p domain.Point) float64 { return float64(p.Resolved) }
func backlog(p domain.Point) float64  { return float64(p.Backlog) }
func response(p domain.Point) float64 { return measured(p.Response, p.Response.Median) }

func satisfaction(p domain.Point) float64 {
	if p.RatingCount == 0 {
		return Unknown
	}
	return p.Rating
}

func values(s domain.Series, of func(domain.Point) float64) []float64 {
	out := make([]float64, len(s.Points))
	for i, p := range s.Points {
		out[i] = of(p)
	}
	return out
}

// measured returns a time in hours, or that there is none.
func measured(s domain.Spread, t time.Duration) float64 {
	if s.Count == 0 {
		return Unknown
	}
	return math.Round(t.Hours()*10) / 10
}

// bars shows slices with names, the largest above.
func bars(c Chart, lang domain.Lang, v View, list []domain.Slice) Chart {
	c.Kind = Bars
	first, second := Series{Name: i18n.Text(lang, "series.opened", nil)}, Series{Name: i18n.Text(lang, "series.resolved", nil)}
	for i := len(list) - 1; i >= 0; i-- {
		c.Labels = append(c.Labels, Name(lang, v, list[i]))
		first.Values = append(first.Values, float64(list[i].Opened))
		second.Values = append(second.Values, float64(list[i].Resolved))
	}
	if len(list) == 0 {
		c.Labels, first.Values, second.Values = []string{"—"}, []float64{0}, []float64{0}
	}
	c.Series = []Series{first, second}
	return c
}
