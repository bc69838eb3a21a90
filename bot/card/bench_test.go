package card_test

import (
	"testing"

	"chamados/bot/card"
	"chamados/domain"
)

func BenchmarkTicketCard(b *testing.B) {
	v := taken()
	b.ReportAllocs()
	for b.Loop() {
		if card.Ticket(domain.LangPortuguese, v, card.Options{For: card.IT, Now: at, Location: brasilia}).Text == "" {
			b.Fatal("empty")
		}
	}
}
