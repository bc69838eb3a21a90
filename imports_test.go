package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "chamados"

// importRule says what some packages may import. Names are import paths without the module's own name
// in front ("domain", "bot/flow"); a name that ends in "/..." means the path and all below it.
type importRule struct {
	why      string
	packages []string // whom it concerns
	ours     []string // the packages of this module that they may import; nil: any
	foreign  []string // the modules of others that they may import; nil: any
	not      []string // never, of whatever origin
}

var (
	inputOutput = []string{
		"net", "net/http/...", "net/smtp", "net/rpc/...", "os", "os/...", "syscall", "database/sql/...",
		"io/ioutil", "log/syslog", "plugin",
	}
	none = []string{}
)

var importRules = []importRule{
	{
		why:      "the domain knows neither the doors nor the storage",
		packages: []string{"domain/..."}, ours: []string{"domain/..."}, not: inputOutput,
	},
	{
		why:      "the domain takes nothing from others",
		packages: []string{"domain"}, foreign: none,
	},
	{
		why:      "the catalogs take only what a catalog needs",
		packages: []string{"domain/i18n/..."}, not: inputOutput,
		foreign: []string{"github.com/nicksnyder/go-i18n/...", "golang.org/x/text/...", "go.yaml.in/yaml/...", "github.com/pelletier/go-toml/..."},
	},
	{
		why:      "conversation, button data and cards are pure",
		packages: []string{"bot/chat", "bot/flow/...", "bot/callback/...", "bot/card/..."},
		ours:     []string{"domain/...", "bot/chat", "bot/flow/...", "bot/callback/...", "bot/card/..."}, foreign: none, not: inputOutput,
	},
	{
		why:      "storage fills the domain's ports and knows no door",
		packages: []string{"storage/..."}, ours: []string{"domain/...", "storage/..."},
	},
	{
		why:      "the bot speaks to the domain, not to storage or the panel",
		packages: []string{"bot/..."}, ours: []string{"domain/...", "bot/...", "internal/chart"},
	},
	{
		why:      "the panel speaks to the domain, not to storage or the bot",
		packages: []string{"admin/..."}, ours: []string{"domain/...", "admin/...", "internal/chart"},
	},
	{
		why:      "the settings know what they are checked with, and no storage",
		packages: []string{"internal/config"}, ours: []string{"domain/...", "admin/proxy", "bot/clockwork"},
	},
	{
		why:      "pictures are drawn for both doors and know neither, nor any input or output",
		packages: []string{"internal/chart"}, ours: []string{"domain/..."}, not: inputOutput,
	},
}

// soleImporters names who alone may import a library.
var soleImporters = map[string]string{
	"github.com/go-telegram/bot/...":   "bot/telegram/...",
	"github.com/jackc/pgx/v5/...":      "storage/...",
	"github.com/go-analyze/charts/...": "internal/chart",
}

// outside is what measures the program from without: it loads a database by itself and is
// no part of the program.
const outside = "internal/..."

type listedPackage struct {
	ImportPath string
	Dir        string
	Imports    []string
}

func TestImportDirections(t *testing.T) {
	packages := listPackages(t)
	for _, p := range packages {
		for _, violation := range violations(p) {
			t.Error(violation)
		}
	}
	if len(packages) < 2 {
		t.Errorf("go list told only of %d packages", len(packages))
	}
}

// The table must be able to find something.
func TestImportRulesFindViolations(t *testing.T) {
	for _, edge := range [][2]string{
		{"domain", "storage"}, {"domain", "net/http"}, {"domain", "golang.org/x/crypto/bcrypt"}, {"domain/i18n", "os"},
		{"bot/flow", "bot/telegram"}, {"bot/card", "github.com/nicksnyder/go-i18n/v2/i18n"}, {"bot/callback", "os"},
		{"bot", "storage"}, {"bot/notify", "admin/mail"}, {"admin", "bot"}, {"admin/panel", "storage"}, {"storage", "bot/card"},
		{"bot/emulator", "github.com/go-telegram/bot/models"}, {"admin", "github.com/jackc/pgx/v5/pgxpool"}, {"domain", ""},
		{"internal/chart", "bot/chat"}, {"internal/chart", "os"}, {"admin/panel", "github.com/go-analyze/charts"}, {"bot", "internal/bench"},
	} {
		if len(violations(listedPackage{ImportPath: qualified(edge[0]), Imports: []string{qualified(edge[1])}})) == 0 {
			t.Errorf("%s may import %q", edge[0], edge[1])
		}
	}
	for _, edge := range [][2]string{
		{"domain", "domain/i18n"}, {"domain/i18n", "golang.org/x/text/language"}, {"domain", "embed"}, {"bot/card", "bot/callback"},
		{"bot/telegram", "github.com/go-telegram/bot"}, {"storage/embedded", "github.com/jackc/pgx/v5"}, {"", "bot"}, {"", "storage"},
		{"admin", "domain"}, {"admin", "net/http"}, {"bot", "bot/flow"}, {"storage", "domain"},
		{"bot/digest", "internal/chart"}, {"admin", "internal/chart"}, {"internal/chart", "github.com/go-analyze/charts"},
	} {
		if found := violations(listedPackage{ImportPath: qualified(edge[0]), Imports: []string{qualified(edge[1])}}); len(found) > 0 {
			t.Errorf("wrongly refused: %v", found)
		}
	}
}

// Only run.go wires the houses together; every other file of package main knows one of them at most.
func TestRunAloneSeesAll(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file == "run.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		var houses []string
		for _, spec := range parsed.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			for _, house := range []string{"bot", "admin", "storage"} {
				if matches(path, []string{house + "/..."}) && !slices.Contains(houses, house) {
					houses = append(houses, house)
				}
			}
		}
		if len(houses) > 1 {
			t.Errorf("%s imports %s: wiring belongs in run.go", file, strings.Join(houses, " and "))
		}
	}
}

func violations(p listedPackage) []string {
	var found []string
	for _, imported := range p.Imports {
		for _, rule := range importRules {
			if matches(p.ImportPath, rule.packages) && !rule.allows(imported) {
				found = append(found, fmt.Sprintf("%s imports %s: %s", p.ImportPath, imported, rule.why))
			}
		}
		for library, importer := range soleImporters {
			if matches(imported, []string{library}) && !matches(p.ImportPath, []string{importer, outside}) {
				found = append(found, fmt.Sprintf("%s imports %s: only %s may", p.ImportPath, imported, importer))
			}
		}
	}
	return found
}

func (r importRule) allows(imported string) bool {
	switch {
	case matches(imported, r.not):
		return false
	case imported == module || strings.HasPrefix(imported, module+"/"):
		return r.ours == nil || matches(imported, r.ours)
	case isForeign(imported):
		return r.foreign == nil || matches(imported, r.foreign)
	}
	return true
}

// isForeign tells other people's modules from the standard library: their first element is a host.
func isForeign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

func matches(path string, patterns []string) bool {
	for _, pattern := range patterns {
		base, below := strings.CutSuffix(pattern, "/...")
		base = qualified(base)
		if path == base || below && strings.HasPrefix(path, base+"/") {
			return true
		}
	}
	return false
}

// qualified turns a short name of one of our packages into its import path.
func qualified(name string) string {
	if name == "" {
		return module
	}
	first, _, _ := strings.Cut(name, "/")
	if slices.Contains([]string{"domain", "bot", "admin", "storage", "internal"}, first) {
		return module + "/" + name
	}
	return name
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		// Reading the directory makes go test's cache depend on what is in it.
		if _, err := os.ReadDir(p.Dir); err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
