package domain

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzCleanFileName(f *testing.F) {
	for _, s := range []string{"", "..", "a/b.txt", `C:\x\ção.pdf`, "\x00\u202egnp.exe", strings.Repeat("á", 400) + ".jpeg"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := CleanFileName(s)
		if got == "" || got == "." || got == ".." || strings.ContainsAny(got, "/\\\x00\n\r") ||
			utf8.RuneCountInString(got) > MaxFileName || !utf8.ValidString(got) {
			t.Errorf("%q → %q", s, got)
		}
	})
}
