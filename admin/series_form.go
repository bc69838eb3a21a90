package admin

import (
	"bytes"
	"net/http"
	"strconv"

	"chamados/admin/export"
	"chamados/domain"
	"chamados/internal/chart"
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
	if w.view.ByTime() {
		_ = out.Write(append([]string{"inicio", "saldo"}, figuresHead...)...)
		for _, p := range s.Points {
			_ = out.Write(append([]string{p.Start.Format(domain.DateLayout), strconv.FormatInt(p.Backlog, 10)}, figuresRow(p.Figures)...)...)
		}
	} else {
		_ = out.Write(append([]string{"chave", "nome"}, figuresHead...)...)
		for _, x := range w.view.Slices(s) {
			_ = out.Write(append([]string{x.Key, chart.Name(w.c.lang, w.view, x)}, figuresRow(x.Figures)...)...)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return w.send("text/csv; charset=utf-8", "csv", body.Bytes())
}

// picture answers with a view drawn.
func (w seriesForm) picture(s domain.Series) error {
	body, err := chart.Draw(chart.Of(w.c.lang, s, w.view), w.look)
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
	h.Set("Content-Disposition", `inline; filename="chamados-`+string(w.view)+`.`+extension+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.c.w.WriteHeader(http.StatusOK)
	_, _ = w.c.w.Write(body)
	return nil
}
