package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// soakPiece is how long one point of the curves is measured.
const soakPiece = 10 * time.Second

// curve is one quantity over time.
type curve struct {
	name   string
	values []float64
}

// soak runs a mixed load for so long and draws what becomes of the program and its tables.
func (b *bench) soak(ctx context.Context, length time.Duration, picture string) error {
	b.profiles = b.cluster.dir // so that the program tells how many goroutines it has
	return b.with(ctx, func(p *program) error {
		curves := []*curve{
			{name: "requests a second"}, {name: "p99 (ms)"}, {name: "memory (MiB)"}, {name: "goroutines"},
			{name: "database (MiB)"}, {name: "inbox and outbox (MiB)"}, {name: "counters (rows)"},
		}
		for end := time.Now().Add(length); time.Now().Before(end) && ctx.Err() == nil; {
			s, err := b.run(ctx, p, load{clients: clients, length: soakPiece, next: b.mixed})
			if err = errors.Join(err, s.sound("mixed load")); err != nil {
				return err
			}
			values, err := b.state(ctx, p)
			if err != nil {
				return err
			}
			values = append([]float64{s.perSecond, ms(s.quantile(0.99)), float64(resident(p.pid())) / (1 << 20)}, values...)
			for i, v := range values {
				curves[i].values = append(curves[i].values, v)
			}
			b.say("%.0f/s, p99 %.1f ms, %.0f MiB, %.0f goroutines; database %.0f MiB, queues %.1f MiB, %.0f counters",
				values[0], values[1], values[2], values[3], values[4], values[5], values[6])
		}
		return os.WriteFile(picture, []byte(draw(curves)), 0o644)
	})
}

// state returns goroutines, sizes in MiB and the number of counters.
func (b *bench) state(ctx context.Context, p *program) ([]float64, error) {
	a, err := once(p.pprof, request{method: "GET", path: "/debug/pprof/goroutine?debug=1"})
	if err != nil {
		return nil, err
	}
	var goroutines float64
	if _, err := fmt.Sscanf(string(a.body), "goroutine profile: total %f", &goroutines); err != nil {
		return nil, err
	}
	out := []float64{goroutines}
	for _, query := range []string{
		`SELECT pg_database_size(current_database()) >> 20`,
		`SELECT (pg_total_relation_size('entrada') + pg_total_relation_size('saida')) >> 20`,
		`SELECT count(*) FROM contadores`,
	} {
		n, err := b.cluster.number(ctx, workDatabase, query)
		if err != nil {
			return nil, err
		}
		out = append(out, float64(n))
	}
	return out, nil
}

// draw returns an SVG with one small picture for each curve, from zero to its highest value.
func draw(curves []*curve) string {
	const width, height, left, gap = 900, 90, 20, 40
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">`+
		`<rect width="100%%" height="100%%" fill="white"/>`, width+2*left, len(curves)*(height+gap)+gap)
	for i, c := range curves {
		top, highest := gap+i*(height+gap), 0.0
		for _, v := range c.values {
			highest = max(highest, v)
		}
		fmt.Fprintf(&out, `<text x="%d" y="%d">%s, at most %.1f</text><polyline fill="none" stroke="#1f6feb" stroke-width="1.5" points="`, left, top-6, c.name, highest)
		for j, v := range c.values {
			fmt.Fprintf(&out, "%.1f,%.1f ", left+float64(j)*width/float64(max(1, len(c.values)-1)), float64(top+height)-v/max(highest, 1e-9)*height)
		}
		fmt.Fprintf(&out, `"/><path d="M%d %dh%d" stroke="#999"/>`, left, top+height, width)
	}
	out.WriteString("</svg>\n")
	return out.String()
}
