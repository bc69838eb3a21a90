package domain

import (
	_ "embed"
	"strings"
)

// breachedPasswords are passwords that many people had when they were stolen, one a line, in small letters.
//
//go:embed breached_passwords.txt
var breachedPasswords string

// breachedPassword reports whether a password is known to whoever guesses from stolen lists.
func breachedPassword(s string) bool {
	s = strings.ToLower(s)
	return !strings.ContainsAny(s, "\r\n") && strings.Contains(breachedPasswords, "\n"+s+"\n")
}
