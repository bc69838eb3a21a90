package storage

import (
	"slices"
	"strings"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// figures are what one row counts.
type figures struct {
	count, cancelled, measured, met, decided int64
	took                                     []float64 // seconds: median and 90th percentile
	ratings                                  int64
	rating                                   float64 // their mean
}

func (r figures) spread() domain.Spread {
	out := domain.Spread{Count: r.measured}
	if len(r.took) == 2 {
		out.Median, out.P90 = seconds(r.took[0]), seconds(r.took[1])
	}
	return out
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Second)
}

// gathered joins the rows of both cohorts.
type gathered struct {
	zone   *time.Location
	total  domain.Figures
	points map[int64]*domain.Point
	slices map[int]map[string]*domain.Slice
}

func newGathered(f domain.SeriesFilter) *gathered {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	return &gathered{zone: zone, points: map[int64]*domain.Point{}, slices: map[int]map[string]*domain.Slice{}}
}

// reader reads a cohort; put writes a row's figures where they belong.
func (g *gathered) reader(put func(*domain.Figures, figures)) func(pgx.Rows) error {
	return each(func(rows pgx.Rows) error {
		var set int
		var piece zeroTime
		var key string
		var name zeroText
		var r figures
		err := rows.Scan(&set, &piece, &key, &name, &r.count, &r.cancelled, &r.measured, &r.took, &r.met, &r.decided, &r.ratings, &r.rating)
		if err != nil {
			return err
		}
		switch set {
		case byNothing:
			put(&g.total, r)
		case byPiece:
			put(&g.point(timeOf(piece)).Figures, r)
		default:
			s := g.slice(set, key)
			s.Name = string(name)
			put(&s.Figures, r)
		}
		return nil
	})
}

// point returns the piece that begins at a local time, which the database gives without its zone.
func (g *gathered) point(local time.Time) *domain.Point {
	y, m, d := local.Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, g.zone)
	if g.points[start.Unix()] == nil {
		g.points[start.Unix()] = &domain.Point{Start: start}
	}
	return g.points[start.Unix()]
}

func (g *gathered) slice(set int, key string) *domain.Slice {
	if g.slices[set] == nil {
		g.slices[set] = map[string]*domain.Slice{}
	}
	if g.slices[set][key] == nil {
		g.slices[set][key] = &domain.Slice{Key: key}
	}
	return g.slices[set][key]
}

func (g *gathered) series() domain.Series {
	out := domain.Series{
		Total: g.total, Category: g.sorted(byCategory), Priority: g.sorted(byPriority),
		Technician: g.sorted(byTechnician), Requester: g.sorted(byRequester),
	}
	for _, p := range g.points {
		out.Points = append(out.Points, *p)
	}
	slices.SortFunc(out.Points, func(a, b domain.Point) int { return a.Start.Compare(b.Start) })
	return out
}

// sorted returns the slices of a set, the busiest first.
func (g *gathered) sorted(set int) []domain.Slice {
	out := make([]domain.Slice, 0, len(g.slices[set]))
	for _, s := range g.slices[set] {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b domain.Slice) int {
		if d := b.Opened + b.Resolved - a.Opened - a.Resolved; d != 0 {
			return int(d)
		}
		return strings.Compare(a.Name+a.Key, b.Name+b.Key)
	})
	if len(out) > domain.MaxSlices {
		out = out[:domain.MaxSlices]
	}
	return out
}
