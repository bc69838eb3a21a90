package main

import (
	"fmt"
	"time"
)

// tally is what became of one kind of thing.
type tally struct {
	due   int // must have taken effect
	once  int
	twice int // without an excuse
	lost  int
	// excused is what was shown twice because nobody could know: Telegram's answer did not
	// come, or the process that waited for it was killed.
	excused int
}

func (t *tally) add(o tally) {
	t.due += o.due
	t.once += o.once
	t.twice += o.twice
	t.lost += o.lost
	t.excused += o.excused
}

func (t *tally) count(n int, excused bool) {
	t.due++
	switch {
	case n == 1:
		t.once++
	case n == 0:
		t.lost++
	case excused:
		t.excused++
	default:
		t.twice++
	}
}

func (t tally) good() bool { return t.lost == 0 && t.twice == 0 }

// figures are the outcome of a scenario, or of all.
type figures struct {
	updates  tally // delivered by Telegram → handled
	requests tally // answered with 2xx → stored
	messages tally // due → seen
	answers  tally // what a person wrote → the bot's word that it arrived
	cards    tally // → show the ticket as it is
	mails    tally // due → taken by the mail server

	kills, edits int
	repeats      int           // requests whose answer was lost and which were known when they came again
	settled      time.Duration // the longest time from the end of trouble until all was done
	stopped      time.Duration // the longest that a process took to end in order
	goroutines   int           // the largest growth
	heap         int64
	faults       []string
	notes        []string // worth telling
}

func (f *figures) add(o figures) {
	f.updates.add(o.updates)
	f.requests.add(o.requests)
	f.messages.add(o.messages)
	f.answers.add(o.answers)
	f.cards.add(o.cards)
	f.mails.add(o.mails)
	f.repeats += o.repeats
	f.kills += o.kills
	f.edits += o.edits
	f.settled = max(f.settled, o.settled)
	f.stopped = max(f.stopped, o.stopped)
	f.grew(o.goroutines, o.heap)
	f.faults = append(f.faults, o.faults...)
}

func (f *figures) grew(goroutines int, heap int64) {
	f.goroutines, f.heap = max(f.goroutines, goroutines), max(f.heap, heap)
}

func (f *figures) fault(format string, args ...any) {
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

func (f *figures) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

func (f *figures) good() bool {
	return len(f.faults) == 0 && f.updates.good() && f.requests.good() && f.messages.good() && f.answers.good() && f.cards.good() && f.mails.good()
}

// text returns the figures on one line.
func (f *figures) text(name string) string {
	verdict := "ok"
	if !f.good() {
		verdict = "FAILED"
	}
	return fmt.Sprintf("%-22s %-6s updates %d/%d, twice %d | requests %d/%d, twice %d | messages %d: once %d, twice (unknown) %d, twice %d, lost %d | "+
		"answers %d: once %d, twice (unknown) %d, twice %d, lost %d | mails %d: once %d, twice (unknown) %d, twice %d, lost %d | cards %d/%d | "+
		"%d edits, %d repeated requests, %d kills, settled in %s, stops within %s, +%d goroutines, +%d MiB",
		name, verdict, f.updates.once, f.updates.due, f.updates.twice, f.requests.once, f.requests.due, f.requests.twice,
		f.messages.due, f.messages.once, f.messages.excused, f.messages.twice, f.messages.lost,
		f.answers.due, f.answers.once, f.answers.excused, f.answers.twice, f.answers.lost,
		f.mails.due, f.mails.once, f.mails.excused, f.mails.twice, f.mails.lost,
		f.cards.once, f.cards.due, f.edits, f.repeats, f.kills, f.settled.Round(100*time.Millisecond), f.stopped.Round(100*time.Millisecond), f.goroutines, f.heap>>20)
}
