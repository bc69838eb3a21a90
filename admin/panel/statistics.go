package panel

import (
	"net/http"

	"chamados/domain"
	"chamados/domain/i18n"
)

// figure is one number of the statistics, as a bar that leads to the tickets behind it.
type figure struct {
	Sign  string
	Name  string
	Class string
	Path  string
	Count int64
	Share int64 // of the largest beside it, in percent
}

type statisticsBody struct {
	Total, Pending, Finished         int64
	ByStatus, ByCategory, ByPriority []figure
}

func (p *Panel) statistics(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, err := p.Desk.Stats(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	body := statisticsBody{Total: s.Total}
	for _, x := range domain.Statuses {
		n := s.ByStatus[x]
		if x.Done() {
			body.Finished += n
		} else {
			body.Pending += n
		}
		body.ByStatus = append(body.ByStatus, figure{
			Sign: x.Emoji(), Name: i18n.Status(v.Lang, x), Class: string(x), Path: "/chamados?status=" + string(x), Count: n,
		})
	}
	for _, x := range domain.Categories {
		body.ByCategory = append(body.ByCategory, figure{
			Sign: x.Emoji(), Name: i18n.Category(v.Lang, x), Path: "/chamados?categoria=" + string(x), Count: s.ByCategory[x],
		})
	}
	for _, x := range domain.Priorities {
		body.ByPriority = append(body.ByPriority, figure{
			Sign: x.Emoji(), Name: i18n.Priority(v.Lang, x), Class: string(x), Path: "/chamados?prioridade=" + string(x), Count: s.ByPriority[x],
		})
	}
	for _, figures := range [][]figure{body.ByStatus, body.ByCategory, body.ByPriority} {
		share(figures)
	}
	return p.render(w, v, http.StatusOK, "statistics", body)
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
