package domain

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func hm(h, m int) time.Duration { return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute }

// officeHours are Monday to Friday, 8 to 12 and 13 to 18.
func officeHours() Hours {
	h := Hours{}
	for d := time.Monday; d <= time.Friday; d++ {
		h[d] = []Window{{hm(8, 0), hm(12, 0)}, {hm(13, 0), hm(18, 0)}}
	}
	return h
}

func office(t interface{ Fatal(...any) }, free Holidays) *Calendar {
	c, err := NewCalendar(zone(t, "America/Sao_Paulo"), officeHours(), free)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEaster(t *testing.T) {
	for year, want := range map[int]string{
		1961: "04-02", 1999: "04-04", 2000: "04-23", 2008: "03-23", 2011: "04-24", 2019: "04-21",
		2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2038: "04-25", 2285: "03-22",
	} {
		if got := Easter(year); got.Format("01-02") != want || got.Weekday() != time.Sunday {
			t.Errorf("%d: %s", year, got)
		}
	}
}

func TestHolidaysOf2026(t *testing.T) {
	own, _ := time.Parse(time.DateOnly, "2026-07-09")
	h := Holidays{National: true, Carnival: true, Corpus: true, Days: []time.Time{own}, Yearly: []YearDay{{time.January, 25}}}
	var got []string
	for d := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		if h.Contains(d) {
			got = append(got, d.Format("01-02"))
		}
	}
	want := []string{
		"01-01", "01-25", "02-16", "02-17", "02-18", "04-03", "04-21", "05-01", "06-04",
		"07-09", "09-07", "10-12", "11-02", "11-15", "11-20", "12-25",
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if h.Contains(time.Date(2023, 11, 20, 0, 0, 0, 0, time.UTC)) {
		t.Error("20 November was no national holiday in 2023")
	}
}

func TestCalendarByExample(t *testing.T) {
	c := office(t, Holidays{National: true})
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, c.Location())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, x := range []struct {
		from string
		add  time.Duration
		want string
	}{
		{"2026-11-23 09:00", time.Hour, "2026-11-23 10:00"},
		{"2026-11-23 11:30", time.Hour, "2026-11-23 13:30"},      // lunch
		{"2026-11-23 17:00", time.Hour, "2026-11-23 18:00"},      // the earliest
		{"2026-11-23 17:00", hm(1, 1), "2026-11-24 08:01"},       // night
		{"2026-11-19 17:00", hm(2, 0), "2026-11-23 09:00"},       // the 20th is a holiday, then a weekend
		{"2026-04-02 17:30", hm(1, 0), "2026-04-06 08:30"},       // Good Friday
		{"2026-11-22 03:00", time.Minute, "2026-11-23 08:01"},    // Sunday
		{"2026-11-23 08:30", -time.Hour, "2026-11-19 17:30"},     // back over all that
		{"2026-01-02 08:00", 252 * hm(9, 0), "2026-12-31 18:00"}, // a year of working days
	} {
		if got := c.Add(at(x.from), x.add); !got.Equal(at(x.want)) {
			t.Errorf("%s + %v = %s, want %s", x.from, x.add, got, x.want)
		}
	}
	if !c.Working(at("2026-11-23 08:00")) || c.Working(at("2026-11-23 12:00")) || c.Working(at("2026-11-20 10:00")) {
		t.Error("Working at the edges of windows")
	}
	if got := c.AddDays(at("2026-11-18 23:00"), 2); !got.Equal(at("2026-11-23 18:00")) {
		t.Errorf("two working days after the 18th: %s", got)
	}
}

func TestBadCalendars(t *testing.T) {
	for name, h := range map[string]Hours{
		"empty":    {},
		"inverted": {time.Monday: {{hm(12, 0), hm(8, 0)}}},
		"overlap":  {time.Monday: {{hm(8, 0), hm(12, 0)}, {hm(11, 0), hm(13, 0)}}},
		"long":     {time.Monday: {{hm(8, 0), hm(25, 0)}}},
	} {
		if _, err := NewCalendar(time.UTC, h, Holidays{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// minuteByMinute is the reference: it looks at the wall clock of each minute.
func minuteByMinute(loc *time.Location, hours Hours, free Holidays, t time.Time) bool {
	local := t.In(loc)
	if free.Contains(local) {
		return false
	}
	h, m, _ := local.Clock()
	for _, w := range hours[local.Weekday()] {
		if now := hm(h, m); w.From <= now && now < w.To {
			return true
		}
	}
	return false
}

// zones have clocks that change at midnight, at 0:01, by half an hour, twice around a year's
// end, or skip a whole day.
var zones = []string{"America/Sao_Paulo", "America/St_Johns", "Australia/Lord_Howe", "Europe/Lisbon", "Pacific/Apia", "UTC"}

func drawHours(t *rapid.T) Hours {
	h := Hours{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 24*60), 0, 6, rapid.ID).Draw(t, d.String())
		slices.Sort(edges)
		for i := 0; i+1 < len(edges); i += 2 {
			h[d] = append(h[d], Window{hm(0, edges[i]), hm(0, edges[i+1])})
		}
	}
	h[time.Wednesday] = []Window{{hm(9, 0), hm(17, 0)}}
	return h
}

// transitions are days near which the clocks of zones change.
var transitions = []string{"2018-11-04", "2018-02-18", "2010-11-07", "2010-03-14", "2011-04-03", "2011-12-30", "2026-10-25", "2026-03-29", "2026-04-05"}

func TestCalendarAgreesWithTheWallClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		hours := drawHours(t)
		free := Holidays{National: rapid.Bool().Draw(t, "national"), Carnival: rapid.Bool().Draw(t, "carnival")}
		c, err := NewCalendar(loc, hours, free)
		if err != nil {
			t.Fatal(err)
		}
		near, _ := time.Parse(time.DateOnly, rapid.SampledFrom(transitions).Draw(t, "near"))
		a := near.Add(time.Duration(rapid.IntRange(-5*24*60, 3*24*60).Draw(t, "start")) * time.Minute)
		length := rapid.IntRange(0, 8*24*60).Draw(t, "length")
		b := a.Add(time.Duration(length) * time.Minute)
		var want time.Duration
		for m := a; m.Before(b); m = m.Add(time.Minute) {
			if minuteByMinute(loc, hours, free, m) {
				want += time.Minute
			}
		}
		if got := c.Between(a, b); got != want {
			t.Fatalf("between %s and %s: %v, want %v", a.In(loc), b.In(loc), got, want)
		}
		if got := c.Working(a); got != minuteByMinute(loc, hours, free, a) {
			t.Fatalf("working at %s: %v", a.In(loc), got)
		}
		if want > 0 {
			end := c.Add(a, want)
			if end.After(b) || c.Between(a, end) != want || !minuteByMinute(loc, hours, free, end.Add(-time.Minute)) {
				t.Fatalf("%s + %v = %s: not the earliest", a.In(loc), want, end.In(loc))
			}
			if back := c.Add(b, -want); c.Between(back, b) != want {
				t.Fatalf("%s - %v = %s", b.In(loc), want, back.In(loc))
			}
		}
	})
}

func TestAddingInPartsIsAddingAtOnce(t *testing.T) {
	c := office(t, Holidays{National: true, Corpus: true})
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, int64(10*365*24*time.Hour)).Draw(t, "start")))
		x := time.Duration(rapid.Int64Range(0, int64(2000*time.Hour)).Draw(t, "x"))
		y := time.Duration(rapid.Int64Range(1, int64(2000*time.Hour)).Draw(t, "y"))
		at := c.Add(c.Add(start, x), y)
		if once := c.Add(start, x+y); !once.Equal(at) {
			t.Fatalf("%s + %v + %v = %s, at once %s", start, x, y, at, once)
		}
		if got := c.Between(start, at); got != x+y {
			t.Fatalf("between: %v, want %v", got, x+y)
		}
		if got := c.Between(at, start); got != -x-y {
			t.Fatalf("backwards: %v", got)
		}
	})
}
