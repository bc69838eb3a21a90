package storage

import (
	"testing"
	"time"

	"chamados/domain"
)

func BenchmarkBuildRecord(b *testing.B) {
	now := time.Now()
	t := domain.Ticket{Title: "Impressora parada", Description: "Não liga desde ontem", Status: domain.StatusOpen, RequesterID: 3}
	r := domain.Record{
		Opened: &t, Events: []domain.Event{{Kind: domain.EventCreated, At: now}},
		Notices: []domain.Notice{{Kind: domain.NoticeCard, Audience: domain.AudienceGroup}},
	}
	db := &DB{now: func() time.Time { return now }}
	b.ReportAllocs()
	for b.Loop() {
		d, err := newDecision(&r)
		if err != nil {
			b.Fatal(err)
		}
		if db.record(d, d, d).sql == "" {
			b.Fatal("empty")
		}
	}
}

func BenchmarkFold(b *testing.B) {
	const text = "A impressora da recepção não liga desde ontem; preciso imprimir os relatórios para a reunião de amanhã cedo."
	b.ReportAllocs()
	for b.Loop() {
		if fold(text) == text {
			b.Fatal("nothing folded")
		}
	}
}
