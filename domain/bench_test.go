package domain

import (
	"testing"
	"time"
)

func benchTicket() (Ticket, Actor) {
	it := Actor{User: User{ID: 2, Name: "Beto", Role: RoleIT, Active: true}, Channel: ChannelAPI}
	return Ticket{
		ID: 1, Title: "Impressora", Description: "Não liga", Category: CategoryHardware, Priority: PriorityMedium,
		Status: StatusOpen, RequesterID: 3, AssigneeID: 2, Version: 1,
	}, it
}

func BenchmarkDecideChange(b *testing.B) {
	t, it := benchTicket()
	status, now := StatusInProgress, time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if _, events, err := t.Apply(it, TicketChange{Status: &status}, nil, now); err != nil || len(events) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkNoticesOfChange(b *testing.B) {
	t, it := benchTicket()
	events := []Event{t.event(it, EventStatus, "aberto", "em_andamento", time.Now())}
	b.ReportAllocs()
	for b.Loop() {
		if len(notices(t, it, events, 0)) == 0 {
			b.Fatal("nobody is told")
		}
	}
}

func BenchmarkPermissionFilter(b *testing.B) {
	employee := Actor{User: User{ID: 3, Role: RoleEmployee, Active: true}}
	event := Event{RequesterID: 3}
	b.ReportAllocs()
	for b.Loop() {
		if !event.VisibleTo(&employee) {
			b.Fatal("hidden")
		}
	}
}
