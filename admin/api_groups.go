package admin

import (
	"net/http"
	"strconv"
	"time"

	"chamados/domain"
)

// groupJSON is one of IT's groups in Telegram.
type groupJSON struct {
	ChatID     int64      `json:"chat_id" doc:"Id do grupo no Telegram, negativo"`
	Title      string     `json:"titulo"`
	Topic      int64      `json:"topico" doc:"Tópico do fórum; 0 para nenhum"`
	Categories []string   `json:"categorias" nullable:"false" doc:"Vazio: todas"`
	LostAt     *time.Time `json:"sem_acesso_desde" doc:"Desde quando o bot não consegue escrever no grupo; null: consegue"`
}

type groupBody struct {
	Title      optional[string]   `json:"titulo,omitempty"`
	Topic      int64              `json:"topico,omitempty" doc:"O tópico de que se trata; 0: fora de tópicos"`
	Categories optional[[]string] `json:"categorias,omitempty"`
}

func (s *Server) groupRoutes() {
	const tag = "grupos"
	add(s, endpoint{method: http.MethodGet, path: "/api/grupos", id: "list-groups", tag: tag}, s.listGroups)
	add(s, endpoint{method: http.MethodPut, path: "/api/grupos/{id}", id: "save-group", tag: tag}, s.saveGroup)
	add(s, endpoint{method: http.MethodDelete, path: "/api/grupos/{id}", id: "delete-group", tag: tag}, s.deleteGroup)
	add(s, endpoint{method: http.MethodDelete, path: "/api/grupos/{id}/topicos/{topico}", id: "delete-topic", tag: tag}, s.deleteTopic)
}

func (s *Server) listGroups(c *call, _ *none) ([]groupJSON, error) {
	groups, err := s.Desk.Groups(c.r.Context(), c.actor)
	if err != nil {
		return nil, err
	}
	out := make([]groupJSON, 0, len(groups))
	for _, g := range groups {
		out = append(out, wireGroup(g))
	}
	return out, nil
}

func wireGroup(g domain.Group) groupJSON {
	out := groupJSON{ChatID: g.ChatID, Title: g.Title, Topic: g.ThreadID, Categories: []string{}, LostAt: wireTime(g.LostAt)}
	for _, c := range g.Categories {
		out.Categories = append(out.Categories, string(c))
	}
	return out
}

func (s *Server) saveGroup(c *call, b *groupBody) (groupJSON, error) {
	id, err := c.chatID()
	if err != nil {
		return groupJSON{}, err
	}
	ch := domain.GroupChange{Title: b.Title.pointer()}
	if b.Categories.Given {
		list := make([]domain.Category, 0, len(b.Categories.Value))
		for _, word := range b.Categories.Value {
			list = append(list, domain.Category(word))
		}
		ch.Categories = &list
	}
	g, err := s.Desk.UpdateGroup(c.r.Context(), c.actor, id, b.Topic, ch)
	if err != nil {
		return groupJSON{}, err
	}
	return wireGroup(g), nil
}

func (s *Server) deleteGroup(c *call, _ *none) (messageJSON, error) {
	id, err := c.chatID()
	if err != nil {
		return messageJSON{}, err
	}
	if err := s.Desk.DisconnectGroup(c.r.Context(), c.actor, id); err != nil {
		return messageJSON{}, err
	}
	return c.message("api.group_disconnected", nil), nil
}

func (s *Server) deleteTopic(c *call, _ *none) (messageJSON, error) {
	id, err := c.chatID()
	if err != nil {
		return messageJSON{}, err
	}
	topic, err := strconv.ParseInt(c.r.PathValue("topico"), 10, 64)
	if err != nil {
		return messageJSON{}, domain.ErrGroupNotFound
	}
	if err := s.Desk.DisconnectTopic(c.r.Context(), c.actor, id, topic); err != nil {
		return messageJSON{}, err
	}
	return c.message("api.topic_disconnected", nil), nil
}

// chatID returns the group that the path names: its id in Telegram.
func (c *call) chatID() (int64, error) {
	if !c.actor.IsIT() {
		return 0, domain.ErrITOnly
	}
	id, err := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, domain.ErrGroupNotFound
	}
	return id, nil
}
