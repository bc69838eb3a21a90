package chart

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

// weekly words a week.
type weekly struct {
	lang domain.Lang
	domain.Weekly
}

// Weekly returns the report of a week beside the one before it.
func Weekly(lang domain.Lang, w domain.Weekly) Report {
	k := weekly{lang, w}
	return Report{
		Title: k.span("title", w.This), Subtitle: k.span("subtitle", w.Before), Tiles: k.tiles(),
		Rows: [][]Chart{
			{k.flow()},
			{k.compared("backlog", Lines, backlog), k.compared("response", Columns, response)},
			{k.categories(), k.compared("rating", Columns, satisfaction)},
		},
	}
}

func (k weekly) word(key string) string { return i18n.Text(k.lang, "series.week."+key, nil) }

// span names a week by its first and last day.
func (k weekly) span(key string, s domain.Series) string {
	day := func(t time.Time) string { return t.Format(k.word("day")) }
	return i18n.Text(k.lang, "series.week."+key, i18n.Args{"From": day(s.Filter.From), "To": day(s.Filter.To)})
}

func (k weekly) tiles() []Tile {
	now, before := k.This.Total, k.Before.Total
	return []Tile{
		k.count("opened", now.Opened, before.Opened, 0),
		k.count("resolved", now.Resolved, before.Resolved, 1),
		k.count("backlog", k.This.Backlog, k.Before.Backlog, -1),
		k.time(now.Response, before.Response),
		k.rating(now, before),
	}
}

// count is a tile with a number; sign says whether more of it is good (1) or bad (-1).
func (k weekly) count(key string, now, before int64, sign int) Tile {
	return k.tile(key, strconv.FormatInt(now, 10), sign, float64(now-before), signed(k.lang, float64(now-before), 0), strconv.FormatInt(before, 10))
}

func (k weekly) time(now, before domain.Spread) Tile {
	value := i18n.Took(k.lang, now, now.Median)
	if now.Count == 0 || before.Count == 0 {
		return Tile{Name: k.word("tile.response"), Value: value, Change: k.word("new")}
	}
	change := (now.Median - before.Median).Round(time.Minute)
	t := k.tile("response", value, -1, float64(change), "", i18n.Took(k.lang, before, before.Median))
	return t
}

func (k weekly) rating(now, before domain.Figures) Tile {
	value := "—"
	if now.RatingCount > 0 {
		value = i18n.Decimal(k.lang, now.Rating, 1)
	}
	if now.RatingCount == 0 || before.RatingCount == 0 {
		return Tile{Name: k.word("tile.rating"), Value: value, Change: k.word("new")}
	}
	change := now.Rating - before.Rating
	return k.tile("rating", value, 1, change, signed(k.lang, change, 1), i18n.Decimal(k.lang, before.Rating, 1))
}

// tile compares; change is the difference in words, "" to tell only what was.
func (k weekly) tile(key, value string, sign int, diff float64, change, before string) Tile {
	t := Tile{Name: k.word("tile." + key), Value: value, Change: k.word("same")}
	if diff == 0 {
		return t
	}
	t.Change = i18n.Text(k.lang, "series.week.was", i18n.Args{"Change": change, "Before": before})
	if change == "" {
		t.Change = i18n.Text(k.lang, "series.week.before_only", i18n.Args{"Before": before})
	}
	switch mood := float64(sign) * diff; {
	case mood > 0:
		t.Mood = Good
	case mood < 0:
		t.Mood = Bad
	}
	return t
}

// signed writes a difference with its sign.
func signed(lang domain.Lang, v float64, digits int) string {
	if v < 0 {
		return "−" + i18n.Decimal(lang, -v, digits)
	}
	return "+" + i18n.Decimal(lang, v, digits)
}

func (k weekly) days() []string {
	var out []string
	for _, p := range k.This.Points {
		out = append(out, k.word("weekday."+strconv.Itoa(int(p.Start.Weekday()))))
	}
	return out
}

func (k weekly) flow() Chart {
	return Chart{Title: k.word("chart.flow"), Kind: Columns, Labels: k.days(), Series: []Series{
		{i18n.Text(k.lang, "series.opened", nil), values(k.This, opened)},
		{i18n.Text(k.lang, "series.resolved", nil), values(k.This, resolved)},
	}}
}

// compared shows one measure of each day beside that of the week before.
func (k weekly) compared(key string, kind Kind, of func(domain.Point) float64) Chart {
	return Chart{Title: k.word("chart." + key), Kind: kind, Labels: k.days(), Past: true, Comma: k.lang != domain.LangEnglish, Series: []Series{
		{k.word("this"), values(k.This, of)}, {k.word("before"), values(k.Before, of)},
	}}
}

// topCategories is how many categories a report tells apart.
const topCategories = 5

func (k weekly) categories() Chart {
	before := map[string]int64{}
	for _, s := range k.Before.Category {
		before[s.Key] = s.Opened
	}
	list := slices.Clone(k.This.Category)
	slices.SortStableFunc(list, func(a, b domain.Slice) int { return cmp.Compare(b.Opened, a.Opened) })
	list = list[:min(len(list), topCategories)]
	c := Chart{Title: k.word("chart.category"), Kind: Bars, Past: true}
	now, was := Series{Name: k.word("this")}, Series{Name: k.word("before")}
	for i := len(list) - 1; i >= 0; i-- {
		c.Labels = append(c.Labels, Name(k.lang, Category, list[i]))
		now.Values = append(now.Values, float64(list[i].Opened))
		was.Values = append(was.Values, float64(before[list[i].Key]))
	}
	if len(list) == 0 {
		c.Labels, now.Values, was.Values = []string{"—"}, []float64{0}, []float64{0}
	}
	c.Series = []Series{now, was}
	return c
}
