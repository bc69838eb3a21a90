package admin

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"chamados/admin/chart"
	"chamados/admin/export"
	"chamados/domain"
	"chamados/domain/i18n"
)

var figuresHead = []string{
	"abertos", "resolvidos", "cancelados", "primeira_resposta_mediana_h", "primeira_resposta_p90_h", "solucao_mediana_h", "solucao_p90_h",
	"prazo_resposta_cumpridos", "prazo_resposta_decididos", "prazo_solucao_cumpridos", "prazo_solucao_decididos", "satisfacao_media", "satisfacao_n",
}

func figuresRow(f domain.Figures) []string {
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	spread := func(s domain.Spread) (median, p90 string) {
		if s.Count == 0 {
			return "", ""
		}
		return strconv.FormatFloat(hours(s.Median), 'f', 1, 64), strconv.FormatFloat(hours(s.P90), 'f', 1, 64)
	}
	rating := ""
	if f.RatingCount > 0 {
		rating = strconv.FormatFloat(f.Rating, 'f', 2, 64)
	}
	r50, r90 := spread(f.Response)
	s50, s90 := spread(f.Resolution)
	return []string{
		n(f.Opened), n(f.Resolved), n(f.Cancelled), r50, r90, s50, s90,
		n(f.ResponseOK.Met), n(f.ResponseOK.Decided), n(f.SolutionOK.Met), n(f.SolutionOK.Decided), rating, n(f.RatingCount),
	}
}

// slicesOf returns the part of a series that a view shows, nil for those by time.
func slicesOf(s domain.Series, view string) []domain.Slice {
	switch view {
	case viewCategory:
		return s.Category
	case viewPriority:
		return s.Priority
	case viewTechnician:
		return s.Technician
	case viewRequester:
		return s.Requester
	}
	return nil
}

func byTime(view string) bool { return view == viewFlow || view == viewBacklog || view == viewTimes }

// table answers with a view as CSV.
func (w seriesForm) table(s domain.Series) error {
	var body bytes.Buffer
	form := export.Plain
	if w.excel {
		form = export.Excel
	}
	out, err := export.NewCSV(&body, form)
	if err != nil {
		return err
	}
	if byTime(w.view) {
		_ = out.Write(append([]string{"inicio", "saldo"}, figuresHead...)...)
		for _, p := range s.Points {
			_ = out.Write(append([]string{p.Start.Format(domain.DateLayout), strconv.FormatInt(p.Backlog, 10)}, figuresRow(p.Figures)...)...)
		}
	} else {
		_ = out.Write(append([]string{"chave", "nome"}, figuresHead...)...)
		for _, x := range slicesOf(s, w.view) {
			_ = out.Write(append([]string{x.Key, sliceName(w.c.lang, w.view, x)}, figuresRow(x.Figures)...)...)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return w.send("text/csv; charset=utf-8", "csv", body.Bytes())
}

// sliceName is what people call a slice.
func sliceName(lang domain.Lang, view string, s domain.Slice) string {
	switch {
	case view == viewCategory:
		return i18n.Category(lang, domain.Category(s.Key))
	case view == viewPriority:
		return i18n.Priority(lang, domain.Priority(s.Key))
	case s.Key == "":
		return i18n.Text(lang, "series.nobody", nil)
	}
	return s.Name
}

// picture answers with a view drawn.
func (w seriesForm) picture(s domain.Series) error {
	body, err := chart.Draw(w.chart(s), w.look)
	if err != nil {
		return err
	}
	if w.look.Format == chart.SVG {
		// The picture brings its own styles; it may load and run nothing.
		w.c.w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
		return w.send("image/svg+xml", "svg", body)
	}
	return w.send("image/png", "png", body)
}

func (w seriesForm) send(contentType, extension string, body []byte) error {
	h := w.c.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", `inline; filename="chamados-`+w.view+`.`+extension+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.c.w.WriteHeader(http.StatusOK)
	_, _ = w.c.w.Write(body)
	return nil
}

func (w seriesForm) chart(s domain.Series) chart.Chart {
	word := func(key string) string { return i18n.Text(w.c.lang, "series."+key, nil) }
	c := chart.Chart{Title: word("title." + w.view)}
	if !byTime(w.view) {
		return w.bars(c, slicesOf(s, w.view), word)
	}
	layout := i18n.Text(w.c.lang, "series.layout."+string(s.Filter.Step), nil)
	var first, second, third []float64
	for _, p := range s.Points {
		c.Labels = append(c.Labels, p.Start.Format(layout))
		switch w.view {
		case viewFlow:
			first, second = append(first, float64(p.Opened)), append(second, float64(p.Resolved))
		case viewBacklog:
			first = append(first, float64(p.Backlog))
		case viewTimes:
			first, second = append(first, measured(p.Response, p.Response.Median)), append(second, measured(p.Resolution, p.Resolution.Median))
			third = append(third, measured(p.Resolution, p.Resolution.P90))
		}
	}
	switch w.view {
	case viewFlow:
		c.Series = []chart.Series{{Name: word("opened"), Values: first}, {Name: word("resolved"), Values: second}}
	case viewBacklog:
		c.Kind, c.Series = chart.Lines, []chart.Series{{Name: word("backlog"), Values: first}}
	case viewTimes:
		c.Kind = chart.Lines
		c.Series = []chart.Series{
			{Name: word("response_median"), Values: first}, {Name: word("resolution_median"), Values: second},
			{Name: word("resolution_p90"), Values: third},
		}
	}
	return c
}

// measured returns a time in hours, or that there is none.
func measured(s domain.Spread, t time.Duration) float64 {
	if s.Count == 0 {
		return chart.Unknown
	}
	return hours(t)
}

// bars shows slices with names, the largest above.
func (w seriesForm) bars(c chart.Chart, list []domain.Slice, word func(string) string) chart.Chart {
	c.Kind = chart.Bars
	opened, resolved := chart.Series{Name: word("opened")}, chart.Series{Name: word("resolved")}
	for i := len(list) - 1; i >= 0; i-- {
		c.Labels = append(c.Labels, sliceName(w.c.lang, w.view, list[i]))
		opened.Values = append(opened.Values, float64(list[i].Opened))
		resolved.Values = append(resolved.Values, float64(list[i].Resolved))
	}
	if len(list) == 0 {
		c.Labels, opened.Values, resolved.Values = []string{"—"}, []float64{0}, []float64{0}
	}
	c.Series = []chart.Series{opened, resolved}
	return c
}
