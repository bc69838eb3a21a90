package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// grower is a request whose cost must not depend on how many tickets there are.
type grower struct {
	name string
	next func(b *bench, tickets, client int) request
}

var growers = []grower{
	{"get", func(b *bench, tickets, client int) request {
		return request{"GET", fmt.Sprint("/api/chamados/", 1+rand.IntN(tickets)), b.actors.it[client], ""}
	}},
	{"page", func(b *bench, _, client int) request {
		return request{"GET", "/api/chamados?limite=50", b.actors.it[client], ""}
	}},
	{"own list", func(b *bench, _, client int) request {
		return request{"GET", "/api/chamados?limite=50", b.actors.employees[client], ""}
	}},
	{"create", func(b *bench, _, client int) request {
		return request{"POST", "/api/chamados", b.actors.employees[client], ticketBody}
	}},
	{"board", func(b *bench, _, client int) request {
		return request{"GET", "/", asCookie(b.actors.it[client]), ""}
	}},
	{"search by number", func(b *bench, tickets, client int) request {
		return request{"GET", fmt.Sprintf("/api/chamados?limite=20&busca=%%23%d", 1+rand.IntN(tickets)), b.actors.it[client], ""}
	}},
}

// growth compares a million tickets with a thousand, both served at once and asked in turns.
func (b *bench) growth(ctx context.Context) error {
	for name, n := range map[string]int{"tickets_small": smallTickets, "tickets_large": largeTickets} {
		took, err := b.cluster.load(ctx, name, n)
		if err != nil {
			return err
		}
		b.loaded(n, took)
	}
	return b.onCopy(ctx, "tickets_small", func(small *program) error {
		return b.onCopy(ctx, "tickets_large", func(large *program) error {
			return errors.Join(
				b.grow(ctx, small, large), b.statistics(ctx, small, large),
				b.wholeList(ctx, large), b.fullText(ctx, large),
			)
		})
	})
}

// warmth is how long a request is asked before it is measured.
const warmth = 12 * time.Second

// warm asks for a while without measuring. What is new to a fresh copy says nothing about how many tickets there are: a page
// is read from its file once, and each connection's first look at a page of the shared buffers costs more than a
// descent of an index. A thousand tickets are warm at once, a million after some seconds; both get the same time.
func (b *bench) warm(ctx context.Context, p *program, l load, length time.Duration) error {
	l.length = length
	s, err := b.run(ctx, p, l)
	return errors.Join(err, s.sound("warm up"))
}

func (b *bench) onCopy(ctx context.Context, database string, do func(p *program) error) error {
	if err := b.cluster.copyDatabase(ctx, database, database+"_work"); err != nil {
		return err
	}
	if err := b.cluster.prewarm(ctx, database+"_work"); err != nil {
		return err
	}
	return b.on(ctx, database+"_work", do)
}

func (b *bench) grow(ctx context.Context, small, large *program) error {
	for _, g := range growers {
		if !b.ops.MatchString(g.name) {
			continue
		}
		var few, many, ratios []float64
		var cpu cpuShare
		programs := []*program{small, large}
		loads := []load{b.growing(g, smallTickets), b.growing(g, largeTickets)}
		for i, p := range programs {
			if err := b.warm(ctx, p, loads[i], warmth); err != nil {
				return err
			}
		}
		for range b.rounds {
			var at [2]sample
			for i, p := range programs {
				s, err := b.run(ctx, p, loads[i])
				if err = errors.Join(err, s.sound(g.name)); err != nil {
					return err
				}
				at[i] = s
			}
			few, many = append(few, at[0].perSecond), append(many, at[1].perSecond)
			ratios, cpu = append(ratios, at[1].perSecond/at[0].perSecond), at[1].cpu
		}
		b.add(row{
			Name: g.name + ": 1,000,000 ÷ 1,000", Ours: median(many), Unit: "/s", Value: median(ratios), Bar: 0.7, CPU: &cpu,
			Note: fmt.Sprintf("at 1,000: %.0f/s; ratios %.2f", median(few), ratios),
		})
	}
	return nil
}

func (b *bench) growing(g grower, tickets int) load {
	return load{clients: clients, length: max(b.length/2, time.Second), next: func(client, _ int) request { return g.next(b, tickets, client) }}
}

// statistics asks for the counters while tickets are opened.
func (b *bench) statistics(ctx context.Context, small, large *program) error {
	var at [2]sample
	for i, p := range []*program{small, large} {
		var s, writes sample
		var err, writeErr error
		var group sync.WaitGroup
		group.Go(func() {
			writes, writeErr = b.paced(ctx, p, 100, b.length, func(int) request {
				return request{"POST", "/api/chamados", b.actors.employees[0], ticketBody}
			})
		})
		s, err = b.run(ctx, p, load{clients: 2, length: b.length, next: func(client, _ int) request {
			return request{"GET", "/api/estatisticas", b.actors.it[client], ""}
		}})
		group.Wait()
		if err = errors.Join(err, writeErr, s.sound("statistics"), writes.sound("create")); err != nil {
			return err
		}
		at[i] = s
	}
	p99 := ms(at[1].quantile(0.99))
	b.add(row{Name: "statistics p99 at 1,000,000", Ours: p99, Unit: "ms", Value: p99, Bar: 10, AtMost: true,
		Note: fmt.Sprintf("p50 %.2f ms; at 1,000: p50 %.2f, p99 %.2f ms; 100 tickets/s opened meanwhile",
			ms(at[1].quantile(0.5)), ms(at[0].quantile(0.5)), ms(at[0].quantile(0.99)))})
	flat := float64(at[1].quantile(0.5)) / float64(at[0].quantile(0.5))
	b.add(row{Name: "statistics p50: 1,000,000 ÷ 1,000", Ours: flat, Unit: "×", Value: flat, Bar: 1.5, AtMost: true})
	return nil
}

// wholeList streams all tickets once.
func (b *bench) wholeList(ctx context.Context, p *program) error {
	c, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer c.close()
	before, err := b.settled(p)
	if err != nil {
		return err
	}
	peak, stop := watchMemory(ctx, p)
	begin := time.Now()
	if err := c.send(request{"GET", "/api/chamados", b.actors.it[0], ""}); err != nil {
		return err
	}
	status, _, err := c.head()
	if err == nil {
		err = answer{status: status}.expect()
	}
	if err != nil {
		return err
	}
	first, rows := time.Since(begin), 0
	mark := []byte(`"titulo":`)
	var tail []byte
	err = c.eachChunk(func(piece []byte) {
		joined := append(tail, piece...)
		rows += bytes.Count(joined, mark)
		tail = append([]byte(nil), joined[max(0, len(joined)-len(mark)+1):]...)
	})
	took := time.Since(begin)
	stop()
	if err != nil {
		return err
	}
	if rows < largeTickets {
		return fmt.Errorf("%d rows of %d", rows, largeTickets)
	}
	grown := float64(max(0, peak()-before)) / (1 << 20)
	rate := float64(rows) / took.Seconds()
	b.add(row{Name: "whole list: first byte", Ours: ms(first), Unit: "ms", Value: ms(first), Bar: 200, AtMost: true})
	b.add(row{Name: "whole list: rows", Ours: rate, Unit: "/s", Value: rate, Bar: 40_000, Note: fmt.Sprintf("%d rows in %.1f s", rows, took.Seconds())})
	b.add(row{Name: "whole list: memory grows", Ours: grown, Unit: "MiB", Value: grown, Bar: 32, AtMost: true})
	return nil
}

// watchMemory notes the highest memory of the program until stop.
func watchMemory(ctx context.Context, p *program) (peak func() int64, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var highest int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			highest = max(highest, resident(p.pid()))
			<-tick.C
		}
	}()
	return func() int64 { return highest }, func() { cancel(); <-done }
}

// fullText searches for words that are in a thousand tickets, and for ones with a common word beside them.
func (b *bench) fullText(ctx context.Context, p *program) error {
	l := load{clients: 4, length: b.length, next: func(client, n int) request {
		words := marker(rand.IntN(markers))
		if n%2 == 0 {
			words = "equipamento+" + words
		}
		return request{"GET", "/api/chamados?limite=50&busca=" + words, b.actors.it[client], ""}
	}}
	if err := b.warm(ctx, p, l, warmth); err != nil {
		return err
	}
	s, err := b.run(ctx, p, l)
	if err = errors.Join(err, s.sound("search")); err != nil {
		return err
	}
	p95 := ms(s.quantile(0.95))
	b.add(row{Name: "search of 1,000 tickets in 1,000,000, p95", Ours: p95, Unit: "ms", Value: p95, Bar: 50, AtMost: true, CPU: &s.cpu,
		Note: fmt.Sprintf("p50 %.1f ms, %.0f/s with 4 clients", ms(s.quantile(0.5)), s.perSecond)})
	return nil
}
