package main

import (
	"fmt"
	"sync"
	"time"
)

// entry is one thing that somebody did, and who must hear of it.
type entry struct {
	marker string
	kind   byte   // c: a chat message that is a comment, h: a comment by HTTP, t: a ticket by HTTP, e: like h, to be told by mail
	due    int64  // the chat that must be shown it, 0 for none
	mail   string // the address that must be told, "" for none
	chat   int64  // where it was said
	sure   bool   // delivered by Telegram, or answered with 2xx
}

// ledger is what the suite has done; it alone decides what there must be.
type ledger struct {
	mu      sync.Mutex
	entries []*entry
	counts  map[byte]int
	repeats int         // answers that say that an earlier attempt had taken effect
	blows   []time.Time // when a process was killed: what it had just sent it could not note
}

func newLedger() *ledger { return &ledger{counts: map[byte]int{}} }

// open begins an entry of a kind and names it.
func (l *ledger) open(kind byte, due int64) *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[kind]++
	e := &entry{marker: fmt.Sprintf("%c%06dx", kind, l.counts[kind]), kind: kind, due: due}
	l.entries = append(l.entries, e)
	return e
}

// confirm says that an entry must take effect.
func (l *ledger) confirm(e *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.sure = true
}

func (l *ledger) repeated() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.repeats++
}

func (l *ledger) blow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.blows = append(l.blows, time.Now())
}

// struck reports whether a process was killed between a call and the moment by which its outcome is
// written down.
func (l *ledger) struck(d delivery) bool {
	const noting = 500 * time.Millisecond
	for _, at := range l.blows {
		if at.After(d.begin.Add(-noting)) && at.Before(d.end.Add(noting)) {
			return true
		}
	}
	return false
}
