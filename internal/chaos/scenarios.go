package main

// scenarios are begun in this order, the long ones first; each has a database of its own.
var scenarios = []scenario{
	outage, storm, killed,
	migrated, oneOfThree, unmailed, locked, noRoom,
	restarted, crashed, late, disconnected, exhausted,
	unsteady, delivered, flooded, contested, blocked,
	squall, calm,
}
