package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"chamados/domain"
)

func BenchmarkEncodePage(b *testing.B) {
	who := &domain.UserRef{ID: 1, Name: "Ana Conceição", Email: "ana@exemplo.com.br", Role: domain.RoleEmployee, Active: true, CreatedAt: time.Now()}
	tickets := make([]domain.Ticket, 50)
	for i := range tickets {
		tickets[i] = domain.Ticket{ID: int64(i), Title: "Impressora parada na recepção", Requester: who, RequesterID: 1, CreatedAt: time.Now(), UpdatedAt: time.Now()}
	}
	b.ReportAllocs()
	for b.Loop() {
		out := make([]summaryJSON, 0, len(tickets))
		for i := range tickets {
			out = append(out, wireSummary(&tickets[i]))
		}
		if err := writeJSON(httptest.NewRecorder(), http.StatusOK, "application/json", out); err != nil {
			b.Fatal(err)
		}
	}
}
