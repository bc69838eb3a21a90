package main

// scenarios are played in this order; each has a database of its own.
var scenarios = []scenario{
	calm, killed, oneOfThree,
}
