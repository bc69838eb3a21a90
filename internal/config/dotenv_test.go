package config

import "testing"

func TestDotenvReadsLikeThePredecessor(t *testing.T) {
	for line, want := range map[string]string{
		`A=p@ss/word#1`:      "p@ss/word#1",
		`A=abc$def`:          "abc$def",
		`A=abc # comment`:    "abc",
		`A=# comment`:        "# comment",
		`A="a b#c$d" # x`:    "a b#c$d",
		`A='x$y\'z'`:         "x$y'z",
		`export A=1`:         "1",
		`A=`:                 "",
		`  A = b  `:          "b",
		`A="um\ndois \"x\""`: "um\ndois \"x\"",
		`A=a'b"c`:            `a'b"c`,
		`A=ção é`:            "ção é",
	} {
		name, got, err := ParseDotenv(line)
		if err != nil || name != "A" || got != want {
			t.Errorf("%s: %s=%q, %v", line, name, got, err)
		}
	}
	for _, line := range []string{"", "   ", "# A=1"} {
		if name, _, err := ParseDotenv(line); name != "" || err != nil {
			t.Errorf("%q: %s, %v", line, name, err)
		}
	}
	if _, _, err := ParseDotenv("isto não é nada"); err == nil {
		t.Error("nonsense was accepted")
	}
}
