package admin

import (
	"net/http"
	"time"

	"chamados/domain"
)

// deliveryJSON is what became of one message about a ticket.
type deliveryJSON struct {
	ID        int64      `json:"id"`
	Channel   string     `json:"canal" enum:"telegram,email"`
	Kind      string     `json:"tipo" doc:"O que a mensagem traz: cartao, aviso, mensagem, ..."`
	Event     string     `json:"evento" doc:"De que um aviso fala; vazio nos outros"`
	CommentID *int64     `json:"comentario_id"`
	ChatID    *int64     `json:"chat_id"`
	UserID    *int64     `json:"usuario_id" doc:"De quem é a conversa; null num grupo"`
	To        string     `json:"para" doc:"A pessoa ou o grupo"`
	State     string     `json:"estado" enum:"entregue,igual,aguardando,tentando,bloqueada,dispensada,falhou"`
	Cause     string     `json:"causa" doc:"Por que não foi entregue; vazio se tudo correu bem"`
	Attempts  int        `json:"tentativas"`
	CreatedAt time.Time  `json:"criado_em"`
	DoneAt    *time.Time `json:"terminado_em" doc:"null enquanto espera"`
}

func (s *Server) deliveryRoutes() {
	add(s, endpoint{method: http.MethodGet, path: "/api/chamados/{id}/entregas", id: "list-deliveries", tag: "chamados"}, s.listDeliveries)
}

// listDeliveries tells IT whom the news of a ticket has reached.
func (s *Server) listDeliveries(c *call, _ *none) ([]deliveryJSON, error) {
	id, err := c.pathID(domain.ErrTicketNotFound)
	if err != nil {
		return nil, err
	}
	list, err := s.Desk.Deliveries(c.r.Context(), c.actor, id)
	if err != nil {
		return nil, err
	}
	if _, err := s.Desk.Visible(c.r.Context(), c.actor, id); err != nil {
		return nil, err
	}
	out := make([]deliveryJSON, 0, len(list))
	for _, r := range list {
		out = append(out, wireDelivery(r))
	}
	return out, nil
}

func wireDelivery(r domain.Receipt) deliveryJSON {
	channel := "telegram"
	if r.Mail {
		channel = "email"
	}
	return deliveryJSON{
		ID: r.ID, Channel: channel, Kind: string(r.Kind), Event: string(r.Event), CommentID: wireID(r.CommentID),
		ChatID: wireID(r.ChatID), UserID: wireID(r.UserID), To: r.To, State: string(r.State), Cause: r.Cause,
		Attempts: r.Attempts, CreatedAt: r.CreatedAt.UTC(), DoneAt: wireTime(r.DoneAt),
	}
}
