package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"syscall"
	"time"
)

// sample is what one measurement saw.
type sample struct {
	perSecond float64
	times     []time.Duration // of the requests, sorted
	errors    int
	firstErr  error
	cpu       cpuShare
}

// quantile returns the time that a share q of the requests did not exceed.
func (s sample) quantile(q float64) time.Duration {
	if len(s.times) == 0 {
		return 0
	}
	return s.times[min(len(s.times)-1, int(math.Ceil(q*float64(len(s.times))))-1)]
}

// cpuShare says who used the machine during a measurement, in cores.
type cpuShare struct {
	Server   float64 `json:"server"`
	Database float64 `json:"database"`
	Load     float64 `json:"load"`
	Others   float64 `json:"others"` // neither of them: noise
}

// clock of CPU times at one moment.
type usage struct {
	at                         time.Time
	server, database, load, in time.Duration
}

func (b *bench) usage(p *program) usage {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	u := usage{
		at: time.Now(), database: cpuOfTree(b.cluster.postmaster), in: busy(),
		load: time.Duration(r.Utime.Nano() + r.Stime.Nano()),
	}
	if p != nil {
		u.server = cpuOf(p.pid())
	}
	return u
}

func (u usage) until(v usage) cpuShare {
	wall := v.at.Sub(u.at)
	cores := func(a, b time.Duration) float64 { return max(0, float64(b-a)/float64(wall)) }
	c := cpuShare{Server: cores(u.server, v.server), Database: cores(u.database, v.database), Load: cores(u.load, v.load)}
	c.Others = max(0, cores(u.in, v.in)-c.Server-c.Database-c.Load)
	return c
}

// load is a closed loop of requests.
type load struct {
	clients int
	length  time.Duration
	next    func(client, n int) request
}

// warmUp is left out of every measurement.
const warmUp = 300 * time.Millisecond

// run lets the clients ask as fast as they are answered. It fails only when it cannot connect.
func (b *bench) run(ctx context.Context, p *program, l load) (sample, error) {
	conns := make([]*conn, l.clients)
	for i := range conns {
		var err error
		if conns[i], err = dial(p.addr); err != nil {
			return sample{}, err
		}
		defer conns[i].close()
	}
	begin := time.Now().Add(min(warmUp, l.length/4))
	end := begin.Add(l.length)
	parts := make([]sample, l.clients)
	var group sync.WaitGroup
	for i, c := range conns {
		group.Go(func() { parts[i] = c.loop(ctx, i, l.next, begin, end) })
	}
	time.Sleep(time.Until(begin))
	from := b.usage(p)
	group.Wait()
	out := sample{cpu: from.until(b.usage(p))}
	for _, part := range parts {
		out.times = append(out.times, part.times...)
		out.errors += part.errors
		if out.firstErr == nil {
			out.firstErr = part.firstErr
		}
	}
	slices.Sort(out.times)
	out.perSecond = float64(len(out.times)) / l.length.Seconds()
	return out, nil
}

// loop asks until end and counts what was answered between begin and end.
func (c *conn) loop(ctx context.Context, client int, next func(client, n int) request, begin, end time.Time) sample {
	var s sample
	for n := 0; ctx.Err() == nil; n++ {
		start := time.Now()
		if start.After(end) {
			break
		}
		a, err := c.do(next(client, n))
		if err == nil {
			err = a.expect()
		}
		if done := time.Now(); err != nil || done.After(begin) && done.Before(end) {
			s.count(done.Sub(start), err)
		}
		if err != nil && a.status == 0 {
			break // the connection is of no more use
		}
	}
	return s
}

// count adds one request.
func (s *sample) count(took time.Duration, err error) {
	if err == nil {
		s.times = append(s.times, took)
		return
	}
	s.errors++
	if s.firstErr == nil {
		s.firstErr = err
	}
}

func (s sample) sorted() sample {
	slices.Sort(s.times)
	return s
}

// sound returns an error if anything went wrong.
func (s sample) sound(what string) error {
	if s.errors > 0 {
		return fmt.Errorf("%s: %d errors, the first: %w", what, s.errors, s.firstErr)
	}
	if len(s.times) == 0 {
		return fmt.Errorf("%s: nothing was answered", what)
	}
	return nil
}

// median returns the middle value.
func median(in []float64) float64 {
	if len(in) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(in))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
