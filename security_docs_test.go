package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var namedTest = regexp.MustCompile("`([a-z_/0-9]+_test\\.go):((?:Test|Fuzz)[A-Za-z0-9]+)`")

// Every test that the page on security names exists, and every row of its lists says how it is shown, or openly that it
// is not.
func TestSecurityPageNamesTestsThatExist(t *testing.T) {
	raw, err := os.ReadFile("docs/security.md")
	must(t, err)
	page := string(raw)
	found := namedTest.FindAllStringSubmatch(page, -1)
	if len(found) < 80 {
		t.Errorf("only %d tests are named", len(found))
	}
	for _, m := range found {
		source, err := os.ReadFile(m[1])
		if err != nil || !strings.Contains(string(source), "\nfunc "+m[2]+"(") {
			t.Errorf("%s has no %s (%v)", m[1], m[2], err)
		}
	}
	if n := strings.Count(page, "_test.go:"); n != len(found) {
		t.Errorf("%d of %d names of tests are written as `file_test.go:TestName`", len(found), n)
	}
	for _, line := range strings.Split(page, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 4 || cells[3] == "Shown by" || cells[0] == "Flood by one" || strings.Contains(cells[1], " ms") {
			continue
		}
		shown := namedTest.MatchString(cells[3]) || cells[3] == "By reading"
		if !shown && !strings.Contains(cells[2], "**Not met**") {
			t.Errorf("nothing shows it, and it is not said to be unmet: %s", line)
		}
	}
}
