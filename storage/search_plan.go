package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"
)

// From manyMatches on, and from manyShare of all texts, it is quicker to look at tickets in their order:
// looking up so many takes some 50 ms. A word that the planner does not know counts for a hundredth. A page of
// walkPage tickets has to be likely to fill before as many were looked at.
const (
	manyMatches = 20_000
	manyShare   = 0.02
	walkPage    = 100
)

// planned asks the planner, which knows how common words are, how many texts have each term: a plan that is
// right for a rare word takes seconds for a common one among a million tickets, and the other way round.
func (s *store) planned(ctx context.Context, typed string) (search, error) {
	typed = cleaned(typed)
	if _, only := ticketNumber(typed); typed == "" || only {
		return search{}, nil
	}
	if s.tx != nil { // a transaction's batches have no plan of their own
		return search{terms: []term{whole(typed)}}, nil
	}
	known, found, texts, err := s.estimate(ctx, terms(typed))
	if err != nil {
		return search{}, wrap("estimate a search", err)
	}
	slices.SortStableFunc(known, func(a, b term) int { return cmp.Compare(found[a], found[b]) })
	return search{terms: known, walk: worthWalking(known, found, texts)}, nil
}

// worthWalking reports whether a page of tickets with all terms is found sooner among the newest than among
// those that have the first, the rarest.
func worthWalking(known []term, found map[term]float64, texts float64) bool {
	rarest := found[known[0]]
	if rarest < max(manyMatches, manyShare*texts) {
		return false
	}
	together := 1.0
	for _, t := range known {
		together *= min(1, found[t]/texts)
	}
	return walkPage/together <= rarest
}

// estimate leaves out the terms that no text can have, such as "de", unless none is left, and returns of the others
// how many texts have them, by the planner, and how many texts there are.
func (s *store) estimate(ctx context.Context, all []term) (known []term, found map[term]float64, texts float64, err error) {
	var q query
	q.text(`SELECT (SELECT reltuples::float8 FROM pg_class WHERE oid = 'busca'::regclass), ARRAY[`)
	counts, means := make([]float64, len(all)), []bool(nil)
	list := make([]statement, 1, 1+len(all))
	for i, t := range all {
		if i > 0 {
			q.text(`, `)
		}
		q.text(`numnode(` + q.tsquery(t) + `) > 0`)
		list = append(list, estimated(t, &counts[i]))
	}
	q.text(`]`)
	list[0] = q.statement()
	list[0].read = one(func(rows pgx.Rows) error { return rows.Scan(&texts, &means) })
	if err := s.runLong(ctx, list...); err != nil {
		return nil, nil, 0, err
	}
	found = make(map[term]float64, len(all))
	for i, t := range all {
		found[t] = counts[i]
		if means[i] {
			known = append(known, t)
		}
	}
	if len(known) == 0 {
		known = all[:1]
	}
	return known, found, texts, nil
}

// estimated asks how many texts have a term. What EXPLAIN explains is planned each time, for the word that it is given.
func estimated(t term, count *float64) statement {
	var q query
	q.text(`EXPLAIN (FORMAT json) SELECT FROM busca b WHERE b.texto @@ ` + q.tsquery(t))
	st := q.statement()
	st.read = one(func(rows pgx.Rows) error {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		var plans []struct {
			Plan struct {
				Rows float64 `json:"Plan Rows"`
			}
		}
		if err := json.Unmarshal(raw, &plans); err != nil || len(plans) == 0 {
			return err
		}
		*count = plans[0].Plan.Rows
		return nil
	})
	return st
}
