package main

import (
	"os"
	"runtime/debug"
)

// gcPercent trades memory under load for processor time: with Go's 100 the collector took a fifth of the
// time of a page of tickets. What lives is a few MiB, so this is tens of MiB at most.
const gcPercent = 300

// settleMemory is called once, after the start: it gives back what only the start needed, and sets how
// eagerly memory is collected, unless GOGC does.
func settleMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	debug.FreeOSMemory()
}
