package admin

import (
	"net/http"

	"chamados/domain"
)

// Words of a digest's hour beside a time of the day.
const (
	digestUsual = "padrao"
	digestOff   = "desligado"
)

// noticesJSON is what a person wants to be told, by which way and when not.
type noticesJSON struct {
	Via     string   `json:"canal" enum:"chat,email,ambos" doc:"Quem não tem chat recebe por e-mail de qualquer jeito"`
	Topics  []string `json:"assuntos" nullable:"false" doc:"Os que existem para esta conta"`
	Muted   []string `json:"avisos_mudos" nullable:"false" doc:"Dos assuntos, os desligados"`
	From    string   `json:"silencio_de" doc:"HH:MM no fuso da TI; vazio: sem silêncio"`
	To      string   `json:"silencio_ate" doc:"HH:MM; o que chega no silêncio vem no fim dele"`
	Urgent  bool     `json:"urgentes_furam_silencio"`
	Digest  string   `json:"resumo" doc:"padrao, desligado ou HH:MM; só da TI"`
	Tickets []int64  `json:"chamados_silenciados" nullable:"false"`
}

// noticesBody changes some of it; what is absent stays.
type noticesBody struct {
	Via     optional[string]   `json:"canal,omitempty"`
	Muted   optional[[]string] `json:"avisos_mudos,omitempty"`
	From    optional[string]   `json:"silencio_de,omitempty"`
	To      optional[string]   `json:"silencio_ate,omitempty"`
	Urgent  optional[bool]     `json:"urgentes_furam_silencio,omitempty"`
	Digest  optional[string]   `json:"resumo,omitempty"`
	Tickets optional[[]int64]  `json:"chamados_silenciados,omitempty"`
}

func (s *Server) noticeRoutes() {
	const tag = "conta"
	add(s, endpoint{method: http.MethodGet, path: "/api/conta/avisos", id: "get-notices", tag: tag}, s.getNotices)
	add(s, endpoint{method: http.MethodPut, path: "/api/conta/avisos", id: "save-notices", tag: tag}, s.saveNotices)
}

func (s *Server) getNotices(c *call, _ *none) (noticesJSON, error) {
	p, err := c.desk.Preferences(c.r.Context(), c.actor)
	if err != nil {
		return noticesJSON{}, err
	}
	return wireNotices(c.actor.User, p), nil
}

func (s *Server) saveNotices(c *call, b *noticesBody) (noticesJSON, error) {
	p, err := c.desk.Preferences(c.r.Context(), c.actor)
	if err != nil {
		return noticesJSON{}, err
	}
	if err := c.desk.SetPreferences(c.r.Context(), c.actor, b.applied(c.actor.User, p)); err != nil {
		return noticesJSON{}, err
	}
	return s.getNotices(c, nil)
}

// applied returns the choices with the changes; what is wrong with them is found when they
// are kept.
func (b *noticesBody) applied(u domain.User, p domain.Preferences) domain.Preferences {
	if b.Via.Given {
		p.Via = domain.Via(b.Via.Value)
	}
	if b.Muted.Given {
		p.Muted = nil
		for _, word := range b.Muted.Value {
			p.Muted = append(p.Muted, domain.Topic(word))
		}
	}
	if b.From.Given {
		p.QuietFrom, p.Quiet = domain.ParseDayClock(b.From.Value), b.From.Value != "" || b.To.Value != ""
	}
	if b.To.Given {
		p.QuietTo, p.Quiet = domain.ParseDayClock(b.To.Value), b.To.Value != "" || b.From.Value != ""
	}
	if b.Urgent.Given {
		p.Urgent = b.Urgent.Value
	}
	if b.Digest.Given && u.IsIT() {
		p = p.WithDigest(b.Digest.Value != digestOff, b.Digest.Value != digestUsual, domain.ParseDayClock(b.Digest.Value))
	}
	if b.Tickets.Given {
		p.Tickets = b.Tickets.Value
	}
	return p
}

func wireNotices(u domain.User, p domain.Preferences) noticesJSON {
	out := noticesJSON{
		Via: string(p.Via), Topics: []string{}, Muted: []string{}, Urgent: p.Urgent, Digest: digestUsual, Tickets: append([]int64{}, p.Tickets...),
	}
	for _, t := range domain.TopicsFor(u) {
		out.Topics = append(out.Topics, string(t))
	}
	for _, t := range p.Muted {
		out.Muted = append(out.Muted, string(t))
	}
	if p.Quiet {
		out.From, out.To = domain.DayClock(p.QuietFrom), domain.DayClock(p.QuietTo)
	}
	switch {
	case !u.IsIT(), p.Mutes(domain.TopicDigests):
		out.Digest = digestOff
	case p.OwnHour:
		out.Digest = domain.DayClock(p.DigestAt)
	}
	return out
}
