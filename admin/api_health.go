package admin

import (
	"context"
	"net/http"
	"time"

	"chamados/domain"
)

// readyTimeout is how long a process that is asked whether it is ready may think about it.
const readyTimeout = 2 * time.Second

type healthJSON struct {
	Status  string `json:"status" enum:"online"`
	Service string `json:"service"`
	Version string `json:"version"`
}

func (s *Server) healthRoutes() {
	add(s, endpoint{method: http.MethodGet, path: "/health", id: "health", tag: "servico", public: true}, s.health)
	add(s, endpoint{
		method: http.MethodGet, path: "/ready", id: "ready", tag: "servico", public: true,
		errors: []int{http.StatusServiceUnavailable},
	}, s.ready)
}

// health says that the process lives; it asks nobody.
func (s *Server) health(*call, *none) (healthJSON, error) {
	return healthJSON{Status: "online", Service: ServiceName, Version: s.Version}, nil
}

// ready says whether the process can do its work.
func (s *Server) ready(c *call, _ *none) (healthJSON, error) {
	if s.Ready != nil {
		ctx, cancel := context.WithTimeout(c.r.Context(), readyTimeout)
		defer cancel()
		if err := s.Ready(ctx); err != nil {
			return healthJSON{}, &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable", Err: err}
		}
	}
	return s.health(c, nil)
}
