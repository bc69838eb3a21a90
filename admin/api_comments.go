package admin

import (
	"net/http"

	"chamados/domain"
)

type commentBody struct {
	Text     string `json:"comentario" maxLength:"10000"`
	Internal bool   `json:"interno,omitempty" doc:"Nota que só a TI vê"`
}

type editBody struct {
	Text string `json:"comentario" maxLength:"10000"`
}

func (s *Server) commentRoutes() {
	const tag = "comentarios"
	add(s, endpoint{
		method: http.MethodPost, path: "/api/chamados/{id}/comentarios", id: "create-comment", tag: tag, once: true,
	}, s.createComment)
	add(s, endpoint{method: http.MethodPut, path: "/api/comentarios/{id}", id: "update-comment", tag: tag}, s.updateComment)
}

func (s *Server) createComment(c *call, b *commentBody) (commentJSON, error) {
	id, err := c.pathID(domain.ErrTicketNotFound)
	if err != nil {
		return commentJSON{}, err
	}
	out, err := c.desk.Comment(c.r.Context(), c.actor, id, domain.NewComment{Text: b.Text, Internal: b.Internal})
	if err != nil {
		return commentJSON{}, err
	}
	return wireComment(&out), nil
}

func (s *Server) updateComment(c *call, b *editBody) (commentJSON, error) {
	id, err := c.pathID(domain.ErrCommentNotFound)
	if err != nil {
		return commentJSON{}, err
	}
	out, err := s.Desk.EditComment(c.r.Context(), c.actor, id, b.Text)
	if err != nil {
		return commentJSON{}, err
	}
	return wireComment(&out), nil
}
