package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	ticketBody = `{"titulo":"Impressora parada na recepção","descricao":"A impressora da recepção não liga desde ontem; ` +
		`preciso imprimir os relatórios para a reunião de amanhã cedo e ninguém sabe onde está o cabo.","categoria":"hardware"}`
	commentBody = `{"comentario":"Já tentei outra tomada e outro cabo, continua sem ligar. Podem ver hoje?"}`
)

var statusBodies = []string{`{"status":"aberto"}`, `{"status":"em_andamento"}`, `{"status":"aguardando"}`}

// operation is one kind of request that has a limit.
type operation struct {
	name string
	bar  float64
	next func(b *bench, client, n int) request
}

func (b *bench) anyTicket() string { return fmt.Sprint(1 + rand.IntN(b.tickets)) }

var operations = []operation{
	{"create", 0.30, func(b *bench, client, _ int) request {
		return request{"POST", "/api/chamados", b.actors.employees[client%clients], ticketBody}
	}},
	{"comment", 0.30, func(b *bench, client, _ int) request {
		return request{"POST", "/api/chamados/" + b.anyTicket() + "/comentarios", b.actors.it[client%clients], commentBody}
	}},
	{"status", 0.25, func(b *bench, client, n int) request {
		return request{"PUT", "/api/chamados/" + b.anyTicket(), b.actors.it[client%clients], statusBodies[n%3]}
	}},
	{"get", 0.12, func(b *bench, client, _ int) request {
		return request{"GET", "/api/chamados/" + b.anyTicket(), b.actors.it[client%clients], ""}
	}},
	{"page", 0.25, func(b *bench, client, _ int) request {
		return request{"GET", "/api/chamados?limite=50", b.actors.it[client%clients], ""}
	}},
}

var operationNames = map[string]string{
	"create": "create ticket", "comment": "add comment", "status": "change status",
	"get": "get one ticket with comments", "page": "page of the 50 newest",
}

// outcome is what the rounds of one operation gave.
type outcome struct {
	ours, limit, ratio, p99 []float64
	work                    []float64 // CPU time of the limit ÷ ours: a ratio that others' load disturbs less
	cpu                     cpuShare
}

// throughput holds each operation against pgbench, in turns.
func (b *bench) throughput(ctx context.Context) error {
	if err := b.cluster.exec(ctx, "postgres", "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); err != nil {
		return err
	}
	return b.with(ctx, func(p *program) error {
		if err := b.cluster.prewarm(ctx, workDatabase); err != nil {
			return err
		}
		wanted := slices.DeleteFunc(slices.Clone(operations), func(op operation) bool { return !b.ops.MatchString(op.name) })
		for _, op := range wanted { // a second unmeasured: statements are planned once on each connection
			if err := b.warm(ctx, p, b.asking(op), time.Second); err != nil {
				return err
			}
		}
		got := make([]outcome, len(wanted))
		for range b.rounds {
			for i, op := range wanted {
				if err := b.round(ctx, p, op, &got[i]); err != nil {
					return err
				}
			}
		}
		for i, op := range wanted {
			o := got[i]
			b.add(row{
				Name: operationNames[op.name], Ours: median(o.ours), Unit: "/s", Limit: median(o.limit), Value: median(o.ratio),
				Bar: op.bar, CPU: &o.cpu, Note: fmt.Sprintf("p99 %.1f ms; ratios %.2f; by CPU time %.2f", median(o.p99), o.ratio, median(o.work)),
			})
		}
		return nil
	})
}

func (b *bench) asking(op operation) load {
	return load{clients: clients, length: b.length, next: func(client, n int) request { return op.next(b, client, n) }}
}

func (b *bench) round(ctx context.Context, p *program, op operation, o *outcome) error {
	limit, each, err := b.limit(ctx, op.name)
	if err != nil {
		return err
	}
	if err := b.cluster.exec(ctx, "postgres", "SELECT pg_stat_statements_reset()"); err != nil {
		return err
	}
	saved := b.profile(p, op.name)
	s, err := b.run(ctx, p, b.asking(op))
	saved()
	if err == nil {
		err = s.sound(op.name)
	}
	if err != nil {
		return err
	}
	if len(o.ours) == 0 {
		if err := b.statements(ctx, op.name, len(s.times)); err != nil {
			return err
		}
	}
	o.ours, o.limit, o.ratio = append(o.ours, s.perSecond), append(o.limit, limit), append(o.ratio, s.perSecond/limit)
	o.p99, o.cpu = append(o.p99, ms(s.quantile(0.99))), s.cpu
	o.work = append(o.work, each.Seconds()*s.perSecond/(s.cpu.Server+s.cpu.Database+s.cpu.Load))
	return nil
}

// statements notes what the database was asked during a measurement, the costliest first.
func (b *bench) statements(ctx context.Context, during string, requests int) error {
	conn, err := pgx.Connect(ctx, b.cluster.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT calls::float8, mean_exec_time, total_plan_time / calls, query
		FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
		WHERE d.datname = $1 AND calls > $2 ORDER BY total_exec_time + total_plan_time DESC LIMIT 8`, workDatabase, max(2, requests/100))
	if err != nil {
		return err
	}
	var calls, mean, plan float64
	var sql string
	_, err = pgx.ForEachRow(rows, []any{&calls, &mean, &plan, &sql}, func() error {
		sql = strings.Join(strings.Fields(sql), " ")
		b.report.Statements = append(b.report.Statements, statement{during, calls / float64(requests), mean, plan, sql[:min(len(sql), 110)]})
		return nil
	})
	return err
}

// logins holds the login against bcrypt on all cores, while others read tickets.
func (b *bench) logins(ctx context.Context) error {
	return b.with(ctx, func(p *program) error {
		var ours, limits, ratios, reads []float64
		var cpu cpuShare
		length := max(2*b.length, 4*time.Second) // some eight a second: in five seconds one more or less would be 3 %
		for range b.rounds {
			limit := b.bcryptLimit(length)
			var s, get sample
			var err, getErr error
			var group sync.WaitGroup
			group.Go(func() {
				get, getErr = b.paced(ctx, p, 50, length, func(n int) request { return operations[3].next(b, 0, n) })
			})
			s, err = b.run(ctx, p, load{clients: clients, length: length, next: func(client, _ int) request {
				return request{"POST", "/api/auth/login", "", fmt.Sprintf(`{"email":%q,"password":%q}`, email(firstOwner+client), password)}
			}})
			group.Wait()
			if err = errors.Join(err, getErr, s.sound("login"), get.sound("get during logins")); err != nil {
				return err
			}
			ours, limits, ratios = append(ours, s.perSecond), append(limits, limit), append(ratios, s.perSecond/limit)
			reads, cpu = append(reads, ms(get.quantile(0.99))), s.cpu // the last round's
		}
		b.add(row{Name: "login", Ours: median(ours), Unit: "/s", Limit: median(limits), Value: median(ratios), Bar: 0.90, CPU: &cpu, Note: fmt.Sprintf("ratios %.2f", ratios)})
		b.add(row{Name: "get p99 during logins", Ours: median(reads), Unit: "ms", Value: median(reads), Bar: 100, AtMost: true})
		return nil
	})
}

// paced asks on one connection, perSecond times a second; what it waits for its turn does not count.
func (b *bench) paced(ctx context.Context, p *program, perSecond int, length time.Duration, next func(n int) request) (sample, error) {
	c, err := dial(p.addr)
	if err != nil {
		return sample{}, err
	}
	defer c.close()
	var s sample
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	end := time.After(length)
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-end:
			return s.sorted(), nil
		case <-tick.C:
		}
		start := time.Now()
		a, err := c.do(next(n))
		if err != nil {
			return s, err
		}
		s.count(time.Since(start), a.expect())
	}
}
