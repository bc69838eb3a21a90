package panel

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"chamados/domain"
)

// period is what the statistics are asked for, as it stands in the address.
type period struct {
	domain.SeriesFilter
	Given url.Values // the parameters that restrict or name the period
	today time.Time
}

// readPeriod takes the known parameters of an address; what is no date, word or number does
// not restrict.
func (p *Panel) readPeriod(r *http.Request) period {
	q, given := r.URL.Query(), url.Values{}
	out := period{Given: given}
	out.Zone = p.Location
	date := func(name string) time.Time {
		t, err := time.ParseInLocation(domain.DateLayout, q.Get(name), p.Location)
		if err != nil || t.Year() < 1900 || t.Year() > 9999 {
			return time.Time{}
		}
		given.Set(name, q.Get(name))
		return t
	}
	out.From, out.To = date("de"), date("ate")
	if s := domain.Step(q.Get("por")); s == domain.StepDay || s == domain.StepWeek || s == domain.StepMonth {
		out.Step = s
		given.Set("por", string(s))
	}
	if c := domain.Category(q.Get("categoria")); c.Valid() {
		out.Categories = []domain.Category{c}
		given.Set("categoria", string(c))
	}
	if x := domain.Priority(q.Get("prioridade")); x.Valid() {
		out.Priorities = []domain.Priority{x}
		given.Set("prioridade", string(x))
	}
	out.AssigneeID, out.RequesterID = positive(given, q, "responsavel"), positive(given, q, "solicitante")
	out.today = domain.StepDay.Floor(p.Now().In(p.Location))
	out.Complete(out.today)
	return out
}

func positive(given, q url.Values, name string) int64 {
	id, err := strconv.ParseInt(q.Get(name), 10, 32)
	if err != nil || id <= 0 {
		return 0
	}
	given.Set(name, q.Get(name))
	return id
}

// Day returns a day as an address and a form field have it.
func (period) Day(t time.Time) string { return t.Format(domain.DateLayout) }

// Last returns the address of the statistics for the last days, narrowed as now.
func (f period) Last(days int) string {
	q := f.copy("por", "de", "ate")
	q.Set("de", f.Day(f.today.AddDate(0, 0, 1-days)))
	q.Set("ate", f.Day(f.today))
	return "/estatisticas" + encode(q)
}

// IsLast reports whether the period is the last days.
func (f period) IsLast(days int) bool {
	return f.To.Equal(f.today) && f.From.Equal(f.today.AddDate(0, 0, 1-days))
}

// Download returns the address of a view in a format.
func (f period) Download(view, format string) string {
	q := f.copy()
	q.Set("de", f.Day(f.From))
	q.Set("ate", f.Day(f.To))
	q.Set("por", string(f.Step))
	if id := q.Get("responsavel"); id != "" {
		q.Set("atribuido_para", id)
		q.Del("responsavel")
	}
	q.Set("vista", view)
	q.Set("formato", format)
	return "/api/estatisticas/serie" + encode(q)
}

func (f period) copy(but ...string) url.Values {
	q := url.Values{}
	for name, values := range f.Given {
		q[name] = values
	}
	for _, name := range but {
		q.Del(name)
	}
	return q
}

// open returns the query of what waits for work now, narrowed as the statistics are.
func (f period) open() string {
	q := f.copy("por", "de", "ate")
	q.Set("status", statusPending)
	return encode(q)
}

// tickets returns the address of the list of what the numbers of a part of the period are
// made from; more is pairs of further restrictions.
func (f period) tickets(from, to time.Time, ended bool, more ...string) string {
	q := f.copy("por", "de", "ate")
	if ended {
		q.Set("encerrados_de", f.Day(from))
		q.Set("encerrados_ate", f.Day(to))
		q.Set("status", statusDone)
	} else {
		q.Set("de", f.Day(from))
		q.Set("ate", f.Day(to))
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/chamados" + encode(q)
}
