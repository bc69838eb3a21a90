package admin

import (
	"net/http"
	"strconv"

	"chamados/domain"
)

// groupJSON is one of IT's groups in Telegram.
type groupJSON struct {
	ChatID     int64    `json:"chat_id" doc:"Id do grupo no Telegram, negativo"`
	Title      string   `json:"titulo"`
	Topic      int64    `json:"topico" doc:"Tópico do fórum; 0 para nenhum"`
	Categories []string `json:"categorias" nullable:"false" doc:"Vazio: todas"`
}

type groupBody struct {
	Title      optional[string]   `json:"titulo,omitempty"`
	Topic      optional[int64]    `json:"topico,omitempty"`
	Categories optional[[]string] `json:"categorias,omitempty"`
}

func (s *Server) groupRoutes() {
	const tag = "grupos"
	add(s, endpoint{method: http.MethodGet, path: "/api/grupos", id: "list-groups", tag: tag}, s.listGroups)
	add(s, endpoint{method: http.MethodPut, path: "/api/grupos/{id}", id: "save-group", tag: tag}, s.saveGroup)
	add(s, endpoint{method: http.MethodDelete, path: "/api/grupos/{id}", id: "delete-group", tag: tag}, s.deleteGroup)
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
	out := groupJSON{ChatID: g.ChatID, Title: g.Title, Topic: g.ThreadID, Categories: []string{}}
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
	ch := domain.GroupChange{Title: b.Title.pointer(), ThreadID: b.Topic.pointer()}
	if b.Categories.Given {
		list := make([]domain.Category, 0, len(b.Categories.Value))
		for _, word := range b.Categories.Value {
			list = append(list, domain.Category(word))
		}
		ch.Categories = &list
	}
	g, err := s.Desk.UpdateGroup(c.r.Context(), c.actor, id, ch)
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
