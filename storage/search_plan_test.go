package storage

import (
	"context"
	"fmt"
	"testing"
)

// FoundBy returns the tickets that words mean, found in one of the two ways.
func (db *DB) FoundBy(ctx context.Context, typed string, walk bool) (found []int64, err error) {
	q := query{}
	if q.search, err = db.planned(ctx, typed); err != nil {
		return nil, err
	}
	q.search.walk = walk
	q.text(`SELECT c.id::bigint FROM chamados c WHERE true`)
	q.words(typed, false)
	q.text(` ORDER BY c.id`)
	st := q.statement()
	st.read = ints(&found)
	return found, db.run(ctx, st)
}

// Estimate returns in how many texts the planner thinks that a word is.
func (db *DB) Estimate(ctx context.Context, word string) (float64, error) {
	known, found, _, err := db.estimate(ctx, []term{{text: word}})
	if err != nil {
		return 0, err
	}
	return found[known[0]], nil
}

// Among many texts a page is found by walking only where what is sought is common, together too.
func TestWhenToWalk(t *testing.T) {
	const texts = 2_000_000
	for _, c := range []struct {
		found []float64
		want  bool
	}{
		{[]float64{100}, false}, {[]float64{1_000_000}, true}, {[]float64{19_000}, false}, {[]float64{100, 1_000_000}, false},
		{[]float64{1_000_000, 1_500_000}, true}, {[]float64{50_000, 50_000}, false}, {[]float64{200_000, 200_000}, true},
	} {
		var known []term
		found := map[term]float64{}
		for i, n := range c.found {
			known = append(known, term{text: fmt.Sprint(i)})
			found[known[i]] = n
		}
		if got := worthWalking(known, found, texts); got != c.want {
			t.Errorf("%v: %v", c.found, got)
		}
	}
}
