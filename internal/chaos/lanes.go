package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"
)

// part is a scenario to be played, with the seed of its schedule.
type part struct {
	scenario
	seed uint64
}

// playAll plays the chosen scenarios in lanes and returns the sum of their figures. A scenario that breaks off is
// a fault, and the others go on.
func (s *suite) playAll(ctx context.Context) (total figures, err error) {
	todo := make(chan part, len(scenarios))
	for i, sc := range scenarios {
		if s.only.MatchString(sc.name) && (sc.short || !s.short) {
			todo <- part{sc, s.seed + uint64(i)}
		}
	}
	close(todo)
	var (
		mu sync.Mutex
		g  errgroup.Group
	)
	for n := range min(s.lanes, len(todo)) {
		g.Go(func() error {
			return s.playLane(ctx, filepath.Join(s.dir, fmt.Sprint("cluster-", n)), todo, func(f figures) {
				mu.Lock()
				defer mu.Unlock()
				total.add(f)
			})
		})
	}
	err = g.Wait()
	return total, err
}

// playLane plays what is to be done, one scenario after the other, on a PostgreSQL of its own.
func (s *suite) playLane(ctx context.Context, dir string, todo <-chan part, done func(figures)) (err error) {
	c, err := startCluster(ctx, dir, s.short)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	for p := range todo {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f, err := s.play(ctx, c, p.scenario, p.seed)
		switch {
		case errors.Is(err, errNoMount):
			s.say("*** %s WAS NOT PLAYED: %v ***", p.name, err)
			continue
		case err != nil:
			f.fault("%s (seed %d) broke off: %v", p.name, p.seed, err)
			s.say("%-22s FAILED %v", p.name, err)
		}
		done(f)
	}
	return nil
}
