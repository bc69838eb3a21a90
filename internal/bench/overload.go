package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// mixed is what a desk does all day: mostly reading, some writing.
func (b *bench) mixed(client, n int) request {
	switch {
	case n%20 == 0:
		return operations[0].next(b, client, n)
	case n%20 == 10:
		return operations[1].next(b, client, n)
	case n%10 == 5:
		return operations[2].next(b, client, n)
	case n%5 == 1:
		return operations[4].next(b, client, n)
	}
	return operations[3].next(b, client, n)
}

// overload compares 256 clients at once with 32.
func (b *bench) overload(ctx context.Context) error {
	return b.with(ctx, func(p *program) error {
		var few, many, ratios, health []float64
		var cpu cpuShare
		for range b.rounds {
			calm, err := b.run(ctx, p, load{clients: 32, length: b.length, next: b.mixed})
			if err = errors.Join(err, calm.sound("32 clients")); err != nil {
				return err
			}
			var crowd, probe sample
			var crowdErr, probeErr error
			var group sync.WaitGroup
			group.Go(func() {
				crowd, crowdErr = b.run(ctx, p, load{clients: 256, length: b.length, next: b.mixed})
			})
			group.Go(func() {
				probe, probeErr = b.paced(ctx, p, 50, b.length, func(int) request { return request{method: "GET", path: "/health"} })
			})
			group.Wait()
			if err = errors.Join(crowdErr, probeErr, crowd.sound("256 clients"), probe.sound("/health")); err != nil {
				return err
			}
			few, many = append(few, calm.perSecond), append(many, crowd.perSecond)
			ratios, health = append(ratios, crowd.perSecond/calm.perSecond), append(health, ms(probe.quantile(0.99)))
			cpu = crowd.cpu
		}
		b.add(row{
			Name: "256 clients ÷ 32 clients", Ours: median(many), Unit: "/s", Value: median(ratios), Bar: 0.6, CPU: &cpu,
			Note: fmt.Sprintf("32 clients: %.0f/s; no error", median(few)),
		})
		b.add(row{Name: "/health p99 under 256 clients", Ours: median(health), Unit: "ms", Value: median(health), Bar: 100, AtMost: true})
		return nil
	})
}
