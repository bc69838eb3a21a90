package main

// scenarios are played in this order; each has a database of its own.
var scenarios = []scenario{
	squall, calm,
	killed, oneOfThree, restarted,
	crashed, late, disconnected, locked, exhausted, noRoom,
	unsteady, delivered, flooded, contested, blocked, migrated,
	unmailed,
	storm, outage,
}
