// Package domain holds the helpdesk's nouns, rules, permissions and use-cases.
//
// It is pure: no I/O, no SQL, no HTTP, no Telegram. The doors (bot, admin) call a
// [Desk]; storage fills the ports of store.go. Whether something is allowed is decided
// here, from the actor's account, and nowhere else.
package domain
