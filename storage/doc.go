// Package storage fills the ports of package domain with PostgreSQL: tickets, accounts, the inbox and
// the outbox of the bot, the feed of events. SQL stands beside its scan, one file a noun.
//
// Words in the database are Portuguese and stand in the migrations; the four tables of the predecessor
// are adopted in place. A process opens one [DB], runs [DB.Run] beside it, and hears through
// [DB.OnWake] what it and other processes committed.
package storage
