package config

import (
	"errors"
	"strings"
	"time"

	"chamados/domain"
)

// Calendar is when the desk works. Hours maps a weekday ("sat") or a range
// ("mon-fri") to windows ("08:00-12:00"); none at all means office hours.
type Calendar struct {
	Hours         map[string][]string `mapstructure:"hours"`
	National      bool                `mapstructure:"national_holidays"`
	Carnival      bool                `mapstructure:"carnival"`
	CorpusChristi bool                `mapstructure:"corpus_christi"`
	Holidays      []string            `mapstructure:"holidays"`
}

var officeHours = map[string][]string{"mon-fri": {"08:00-12:00", "13:00-18:00"}}

// Calendar returns the calendar, or what is wrong with the settings.
func (c Calendar) Calendar(loc *time.Location) (*domain.Calendar, error) {
	var bad Problems
	return c.calendar(loc, bad.reject), bad.errOrNil()
}

// calendar returns the calendar, nil if the settings make none.
func (c Calendar) calendar(loc *time.Location, reject rejecter) *domain.Calendar {
	text := c.Hours
	if len(text) == 0 {
		text = officeHours
	}
	hours, good := domain.Hours{}, true
	bad := func(setting, key, value string) { good = false; reject(setting, key, "Value", value) }
	for days, windows := range text {
		list, ok := parseWeekdays(days)
		if !ok {
			bad("calendar.hours", "weekday", days)
		}
		for _, w := range windows {
			window, ok := parseWindow(w)
			if !ok {
				bad("calendar.hours."+days, "window", w)
			}
			for _, d := range list {
				hours[d] = append(hours[d], window)
			}
		}
	}
	free := c.free(bad)
	if !good {
		return nil
	}
	calendar, err := domain.NewCalendar(loc, hours, free)
	if e, ok := errors.AsType[*domain.CalendarError](err); ok {
		reject("calendar", e.Reason, "Day", weekdayWord(e.Day), "Max", e.Max)
	}
	return calendar
}

// free returns the holidays; own ones are "2026-07-09", or "07-09" for every year.
func (c Calendar) free(bad func(setting, key, value string)) domain.Holidays {
	free := domain.Holidays{National: c.National, Carnival: c.Carnival, Corpus: c.CorpusChristi}
	for _, s := range c.Holidays {
		if day, err := time.Parse(time.DateOnly, s); err == nil {
			free.Days = append(free.Days, day)
			continue
		}
		const leapYear = "2000-" // so that 29 February is a date
		day, err := time.Parse(time.DateOnly, leapYear+s)
		if err != nil {
			bad("calendar.holidays", "holiday", s)
		}
		free.Yearly = append(free.Yearly, domain.YearDay{Month: day.Month(), Day: day.Day()})
	}
	return free
}

var weekdays = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
}

// parseWeekdays reads "mon" or "mon-fri"; a range may go over the weekend.
func parseWeekdays(s string) (days []time.Weekday, ok bool) {
	from, to, isRange := strings.Cut(strings.ToLower(s), "-")
	if !isRange {
		to = from
	}
	first, ok := weekdays[strings.TrimSpace(from)]
	last, ok2 := weekdays[strings.TrimSpace(to)]
	if !ok || !ok2 {
		return nil, false
	}
	days = []time.Weekday{first}
	for d := first; d != last; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, true
}

// weekdayWord is how the settings call a day.
func weekdayWord(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// parseWindow reads "08:00-12:30"; the end may be 24:00.
func parseWindow(s string) (w domain.Window, ok bool) {
	from, to, ok := strings.Cut(s, "-")
	a, err := parseClock(from)
	b, err2 := parseClock(to)
	return domain.Window{From: a, To: b}, ok && err == nil && err2 == nil && a < b
}

// parseClock reads a time of the day as the time since midnight.
func parseClock(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if s == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, err
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}
