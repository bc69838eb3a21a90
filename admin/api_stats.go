package admin

import (
	"net/http"

	"chamados/domain"
)

type statsJSON struct {
	Total      int64            `json:"total_chamados"`
	Open       int64            `json:"abertos"`
	InProgress int64            `json:"em_andamento"`
	Waiting    int64            `json:"aguardando"`
	Resolved   int64            `json:"resolvidos"`
	Closed     int64            `json:"fechados"`
	Cancelled  int64            `json:"cancelados"`
	ByCategory map[string]int64 `json:"por_categoria"`
	ByPriority map[string]int64 `json:"por_prioridade"`
}

func (s *Server) statsRoutes() {
	add(s, endpoint{method: http.MethodGet, path: "/api/estatisticas", id: "statistics", tag: "estatisticas"}, s.stats)
}

func (s *Server) stats(c *call, _ *none) (statsJSON, error) {
	n, err := s.Desk.Stats(c.r.Context(), c.actor)
	if err != nil {
		return statsJSON{}, err
	}
	out := statsJSON{
		Total: n.Total, Open: n.ByStatus[domain.StatusOpen], InProgress: n.ByStatus[domain.StatusInProgress],
		Waiting: n.ByStatus[domain.StatusWaiting], Resolved: n.ByStatus[domain.StatusResolved],
		Closed: n.ByStatus[domain.StatusClosed], Cancelled: n.ByStatus[domain.StatusCancelled],
		ByCategory: map[string]int64{}, ByPriority: map[string]int64{},
	}
	for _, category := range domain.Categories {
		out.ByCategory[string(category)] = n.ByCategory[category]
	}
	for _, priority := range domain.Priorities {
		out.ByPriority[string(priority)] = n.ByPriority[priority]
	}
	return out, nil
}
