package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

// dotenvLine is one assignment by the rules of python-dotenv, which the predecessor used:
// a "#" begins a comment only after white space, "$" means itself. The Go libraries read
// both differently, and a password with either must go on working.
var dotenvLine = regexp.MustCompile(
	`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=[ \t]*(?:'((?:\\'|[^'])*)'|"((?:\\.|[^"\\])*)"|(.*?))[ \t]*(?:(?:^|\s)#.*)?$`)

var (
	singleQuoted = strings.NewReplacer(`\'`, `'`, `\\`, `\`)
	doubleQuoted = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\"`, `"`, `\'`, `'`, `\\`, `\`)
)

// loadDotenv sets the variables of a .env file that the environment does not have. A file
// that is not there is fine.
func loadDotenv(file string) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unreadable(file, err)
	}
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		name, value, err := ParseDotenv(strings.TrimRight(line, "\r"))
		if err != nil {
			var bad Problems
			bad.reject("", "dotenv", "File", file, "Line", i+1)
			return bad
		}
		if _, set := os.LookupEnv(name); name == "" || set {
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("%s, line %d: %w", file, i+1, err)
		}
	}
	return nil
}

// ParseDotenv returns the assignment on a line, "" as the name where there is none.
func ParseDotenv(line string) (name, value string, err error) {
	if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
		return "", "", nil
	}
	m := dotenvLine.FindStringSubmatchIndex(line)
	if m == nil {
		return "", "", errors.New("expected NAME=value")
	}
	group := func(i int) string { return line[m[2*i]:m[2*i+1]] }
	switch name = group(1); {
	case m[4] >= 0:
		return name, singleQuoted.Replace(group(2)), nil
	case m[6] >= 0:
		return name, doubleQuoted.Replace(group(3)), nil
	}
	return name, group(4), nil
}
