package flow

import (
	"strings"
	"time"
	"unicode/utf8"

	"chamados/domain"
	"chamados/domain/i18n"
)

// answer takes text as the answer to the present step: what is wrong with it, or whether
// it is one.
func (d *Draft) answer(in Input, text string) (problem *Say, answered bool) {
	switch d.Step {
	case StepCategory:
		return nil, in.Message != d.Origin.MessageID && d.typedCategory(text)
	case StepDescription:
		problem = d.describe(in.Message, text)
	case StepTitle:
		problem = set(&d.Title, oneLine(text), domain.MaxTitle)
	case StepName:
		problem = set(&d.Form.Name, oneLine(text), domain.MaxName)
	case StepFolders:
		problem = set(&d.Form.Folders, text, domain.MaxExtra/8)
	case StepBirth:
		problem = d.setBirth(text, in.Today)
	case StepStart:
		problem = d.setStart(text, in.Today)
	default:
		return nil, false
	}
	if problem == nil {
		d.advance()
	}
	return problem, problem == nil
}

// typedCategory lets people type a category's name instead of tapping it.
func (d *Draft) typedCategory(text string) bool {
	for _, c := range domain.Categories {
		for _, lang := range domain.Langs {
			if strings.EqualFold(text, i18n.Category(lang, c)) {
				return d.setCategory(c)
			}
		}
	}
	return false
}

// describe sets the description; when it is being changed the new text replaces all.
func (d *Draft) describe(message int64, text string) *Say {
	if utf8.RuneCountInString(text) > domain.MaxDescription {
		return tooLong(text, domain.MaxDescription)
	}
	if d.Fixing {
		d.Parts = nil
	}
	if s, ok := d.append(message, text); !ok {
		return &s
	}
	return nil
}

func set(at *string, text string, limit int) *Say {
	if utf8.RuneCountInString(text) > limit {
		return tooLong(text, limit)
	}
	*at = text
	return nil
}

func tooLong(text string, limit int) *Say {
	return &Say{Key: "bot.draft.too_long", Args: map[string]any{
		"Count": utf8.RuneCountInString(text), "Max": limit,
	}}
}

// earliestBirth and latestStart bound dates so that a slip of the thumb is noticed.
const (
	earliestBirth   = 1900
	youngest        = 12 // years
	latestStartYear = 5  // years from today
)

func (d *Draft) setBirth(text string, today time.Time) *Say {
	day, ok := ParseDate(text)
	if !ok || day.Year() == 0 {
		return &Say{Key: "bot.draft.not_a_date"}
	}
	if inCentury(text) && day.After(today) {
		day = day.AddDate(-100, 0, 0)
	}
	if day.Year() < earliestBirth || day.After(today.AddDate(-youngest, 0, 0)) {
		return &Say{Key: "bot.draft.birth_implausible"}
	}
	d.Form.BirthDate = day.Format(domain.DateLayout)
	return nil
}

func (d *Draft) setStart(text string, today time.Time) *Say {
	day, ok := ParseDate(text)
	if ok && day.Year() == 0 {
		day, ok = nextOf(day, today)
	}
	if !ok {
		return &Say{Key: "bot.draft.not_a_date"}
	}
	if day.Before(today.AddDate(-latestStartYear, 0, 0)) || day.After(today.AddDate(latestStartYear, 0, 0)) {
		return &Say{Key: "bot.draft.start_implausible"}
	}
	d.Form.StartDate = day.Format(domain.DateLayout)
	return nil
}

// ParseDate reads a day as people type it, day first (31/12/2026, 1.2.26, 1-2-2026), or as the ISO
// standard has it (2026-12-31). Without a year (31/12) it is that day of the year 0.
func ParseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if day, err := time.Parse("2006-1-2", s); err == nil {
		return day, true
	}
	s = dayFirst(s)
	for _, layout := range []string{"2/1/2006", "2/1/06", "2/1"} {
		if day, err := time.Parse(layout, s); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}

func dayFirst(s string) string {
	return strings.NewReplacer(".", "/", "-", "/", " ", "/").Replace(strings.TrimSpace(s))
}

// inCentury reports whether a date was typed with two figures for the year.
func inCentury(s string) bool {
	_, err := time.Parse("2/1/06", dayFirst(s))
	return err == nil
}

// nextOf returns the next such day of a year; false if that year does not have it.
func nextOf(day, today time.Time) (time.Time, bool) {
	next := time.Date(today.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	if next.AddDate(0, 0, 1).Before(today) {
		next = time.Date(today.Year()+1, day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	}
	return next, next.Day() == day.Day()
}
