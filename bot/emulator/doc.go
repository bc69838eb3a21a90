// Package emulator is a Telegram Bot API server for tests and for trying the bot without a token.
//
// Server.Handler behaves like api.telegram.org towards one bot, as strictly as Telegram does, so that a
// conversation test catches what Telegram would refuse. Server.Page serves a web page on which a human is
// any of the people. The Go methods act as people (Send, Tap, Block), read chats (Messages, WaitMessage),
// look at what the bot called (Calls) and break things on purpose (Fault). Everything is safe for
// concurrent use.
//
// It is stricter than Telegram in one point: a bare "&" in HTML is an error, since it shows a value that
// nobody escaped.
package emulator
