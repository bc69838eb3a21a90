package domain

import (
	"context"
	"time"
)

// Step is how long the pieces of a period are.
type Step string

const (
	StepDay   Step = "dia"
	StepWeek  Step = "semana" // from Monday
	StepMonth Step = "mes"
)

// Steps are all steps, the shortest first.
var Steps = []Step{StepDay, StepWeek, StepMonth}

// Limits of a period: longer ones would draw lines that nobody can read.
const (
	MaxSeriesPoints = 750
	maxSeriesYears  = 10
)

// Floor returns the beginning of the piece that holds t, in t's zone.
func (s Step) Floor(t time.Time) time.Time {
	y, m, d := t.Date()
	switch s {
	case StepMonth:
		d = 1
	case StepWeek:
		d -= (int(t.Weekday()) + 6) % 7
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func (s Step) next(t time.Time) time.Time {
	switch s {
	case StepMonth:
		return t.AddDate(0, 1, 0)
	case StepWeek:
		return t.AddDate(0, 0, 7)
	}
	return t.AddDate(0, 0, 1)
}

// SeriesFilter is what is counted. From and To are the first and the last day, in the
// desk's time zone; zero fields below do not restrict.
type SeriesFilter struct {
	From, To    time.Time // midnights in Zone; To is the beginning of the last day
	Step        Step
	Zone        *time.Location
	Categories  []Category
	Priorities  []Priority
	AssigneeID  int64
	RequesterID int64
}

// Complete fills in what was left open: the period ends today and has 30 days, its pieces
// are as long as keeps them readable.
func (f *SeriesFilter) Complete(today time.Time) {
	if f.To.IsZero() {
		f.To = today
	}
	if f.From.IsZero() {
		f.From = f.To.AddDate(0, 0, -29)
	}
	if f.Step != "" {
		return
	}
	switch days := f.To.Sub(f.From) / (24 * time.Hour); {
	case days <= 62:
		f.Step = StepDay
	case days <= 300:
		f.Step = StepWeek
	default:
		f.Step = StepMonth
	}
}

// End returns the moment after the last day.
func (f SeriesFilter) End() time.Time { return f.To.AddDate(0, 0, 1) }

// validate returns what is wrong with the period.
func (f SeriesFilter) validate() error {
	var c checks
	switch {
	case f.To.Before(f.From):
		c.add("ate", "before_from")
	case f.From.AddDate(maxSeriesYears, 0, 0).Before(f.To), len(f.starts()) > MaxSeriesPoints:
		c.add("por", "too_many_points", "Max", MaxSeriesPoints)
	}
	return c.err()
}

// starts returns the beginnings of all pieces; the first and the last may be cut by the
// period. It stops soon after there are too many.
func (f SeriesFilter) starts() []time.Time {
	var out []time.Time
	for t := f.Step.Floor(f.From); t.Before(f.End()) && len(out) <= MaxSeriesPoints; t = f.Step.next(t) {
		out = append(out, t)
	}
	return out
}

// Spread is how long something took: the middle and the slow end.
type Spread struct {
	Count       int64
	Median, P90 time.Duration
}

// Kept is how many promises were kept of those that were decided.
type Kept struct{ Met, Decided int64 }

// Figures are the numbers of some tickets. What concerns opening (and the first response)
// counts tickets by when they were opened, what concerns the end by when work ended.
type Figures struct {
	Opened      int64
	Resolved    int64 // resolved or closed
	Cancelled   int64
	Response    Spread // to the first public reply of IT
	Resolution  Spread // to the end of work; without what was cancelled
	ResponseOK  Kept
	SolutionOK  Kept
	Rating      float64 // mean satisfaction with what ended, 1 to 5; 0 if nobody rated
	RatingCount int64
}

// Point is one piece of the period.
type Point struct {
	Start   time.Time
	Backlog int64 // tickets that waited for work at its end
	Figures
}

// Slice is the part of the tickets that share something.
type Slice struct {
	Key  string // a word, or an account's id; "" for nobody
	Name string // of an account
	Figures
}

// Series are the statistics of a period.
type Series struct {
	Filter     SeriesFilter
	Points     []Point
	Total      Figures
	Backlog    int64 // at the end of the period
	Category   []Slice
	Priority   []Slice
	Technician []Slice // the busiest first, at most [MaxSlices]
	Requester  []Slice // likewise
}

// MaxSlices bounds how many people are told apart.
const MaxSlices = 20

// SeriesStore counts.
type SeriesStore interface {
	// Series fills in all but Backlog; of Points, those of which something is known, by
	// the beginning of their piece.
	Series(ctx context.Context, f SeriesFilter, now time.Time) (Series, Flow, error)
}

// Flow is what the backlog is computed from: how much waits now, and what happened between
// the period's end and now.
type Flow struct{ OpenNow, OpenedSince, EndedSince int64 }

// Series returns the statistics of a period; IT only.
func (d *Desk) Series(ctx context.Context, a Actor, f SeriesFilter) (Series, error) {
	if err := a.requireIT(); err != nil {
		return Series{}, err
	}
	if err := f.validate(); err != nil {
		return Series{}, err
	}
	s, flow, err := d.store.Series(ctx, f, d.Now())
	if err != nil {
		return Series{}, err
	}
	s.Filter = f
	s.fill(flow)
	return s, nil
}

// fill puts the pieces of which nothing is known between the others, and computes the
// backlog backwards from now. A ticket that was reopened counts as never having ended.
func (s *Series) fill(flow Flow) {
	known := map[int64]Point{}
	for _, p := range s.Points {
		known[p.Start.Unix()] = p
	}
	s.Points = nil
	for _, start := range s.Filter.starts() {
		p := known[start.Unix()]
		p.Start = start
		s.Points = append(s.Points, p)
	}
	s.Backlog = max(flow.OpenNow-flow.OpenedSince+flow.EndedSince, 0)
	n := s.Backlog
	for i := len(s.Points) - 1; i >= 0; i-- {
		p := &s.Points[i]
		p.Backlog = max(n, 0)
		n += p.Resolved + p.Cancelled - p.Opened
	}
}
