package domain

import (
	"slices"
	"time"
)

// Holidays are the days on which nobody works, beside the free weekdays.
type Holidays struct {
	National bool        // Brazil's, by federal law
	Carnival bool        // Monday and Tuesday, and Ash Wednesday
	Corpus   bool        // Corpus Christi
	Days     []time.Time // own ones, by the date that they show
	Yearly   []YearDay   // own ones that come back each year
}

// YearDay is a date of every year.
type YearDay struct {
	Month time.Month
	Day   int
}

// maxYearly keeps a calendar from having no working day at all.
const maxYearly = 100

// national are the holidays of a fixed date: Lei 662/1949, 6.802/1980, 10.607/2002.
var national = []YearDay{
	{time.January, 1}, {time.April, 21}, {time.May, 1}, {time.September, 7},
	{time.October, 12}, {time.November, 2}, {time.November, 15}, {time.December, 25},
}

// consciousness became a national holiday by Lei 14.759/2023.
var consciousness = YearDay{time.November, 20}

const consciousnessSince = 2024

// Contains reports whether the date that day shows is a holiday.
func (h Holidays) Contains(day time.Time) bool {
	y, m, d := day.Date()
	date := YearDay{m, d}
	if slices.Contains(h.Yearly, date) || h.National && isNational(y, date) {
		return true
	}
	if (h.National || h.Carnival || h.Corpus) && h.movable(day) {
		return true
	}
	return slices.ContainsFunc(h.Days, func(own time.Time) bool {
		oy, om, od := own.Date()
		return oy == y && om == m && od == d
	})
}

func isNational(year int, date YearDay) bool {
	return slices.Contains(national, date) || date == consciousness && year >= consciousnessSince
}

// movable reports whether a day is one of the holidays that follow Easter.
func (h Holidays) movable(day time.Time) bool {
	switch days := int(midnight(day).Sub(Easter(day.Year())) / (24 * time.Hour)); days {
	case -48, -47, -46:
		return h.Carnival
	case -2:
		return h.National
	case 60:
		return h.Corpus
	}
	return false
}

// Easter returns the date of Easter Sunday in the Gregorian calendar, as midnight in UTC
// (the anonymous algorithm of Meeus, Jones and Butcher).
func Easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}
