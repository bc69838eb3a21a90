package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chamados/domain"
)

// go test . -run Docs -update writes what is generated anew (make docs).
var updateDocs = flag.Bool("update", false, "write the generated pages of docs/")

func generated(t *testing.T, file, want string) {
	t.Helper()
	if *updateDocs {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := string(readDeployed(t, file)); got != want {
		t.Errorf("%s is stale: make docs", file)
	}
}

// goldenFile is generated for what people see on the terminal.
func goldenFile(t *testing.T, file, want string) {
	t.Helper()
	if *updateDocs {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(readDeployed(t, file)), want); diff != "" {
		t.Errorf("%s (go test . -run %s -update writes it anew):\n%s", file, t.Name(), diff)
	}
}

func TestDocsOfSettings(t *testing.T) {
	for lang, file := range map[domain.Lang]string{
		domain.LangPortuguese: "docs/pt-BR/configuracao.md", domain.LangEnglish: "docs/en/configuration.md",
	} {
		generated(t, file, (&cli{lang: lang}).configReference())
	}
}

func TestDocsOfTheAPI(t *testing.T) {
	w := newWorld(t)
	resp, err := http.Get("http://" + w.program.Addr() + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var doc openAPI
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	generated(t, "docs/api.md", doc.markdown())
}

// openAPI is what the reference takes from the API's document.
type openAPI struct {
	Info       struct{ Description string }
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	Summary     string
	Tags        []string
	Security    []any
	Parameters  []struct{ Name, In, Description string }
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref         string `json:"$ref"`
	Type        any
	Format      string
	Description string
	Items       *schema
	AnyOf       []schema
	Properties  map[string]schema
	Required    []string
	Enum        []any
	MaxLength   int
}

// name is a schema in few words, linked where it has a name.
func (s schema) name() string {
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case s.Items != nil:
		return "list of " + s.Items.name()
	case len(s.AnyOf) > 0:
		var names []string
		for _, one := range s.AnyOf {
			names = append(names, one.name())
		}
		return strings.Join(names, " or ")
	case len(s.Enum) > 0:
		var words []string
		for _, word := range s.Enum {
			words = append(words, fmt.Sprintf("`%v`", word))
		}
		return strings.Join(words, ", ")
	case s.Format != "":
		return s.Format
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(s.Type), " ", " or "), "[]<>nil")
}

func (d openAPI) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# HTTP API\n\n<!-- Generated from /openapi.json by make docs; do not edit by hand. -->\n\n%s\n\n"+
		"The running program has the same at `/openapi.json`, to be read at `/docs`. Live events: [websocket.md](websocket.md).\n", d.Info.Description)
	tags := map[string][]string{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			line := strings.ToUpper(method) + " " + path
			tags[op.Tags[0]] = append(tags[op.Tags[0]], line)
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		fmt.Fprintf(&b, "\n## %s\n", tag)
		slices.SortFunc(tags[tag], func(a, b string) int {
			_, pathA, _ := strings.Cut(a, " ")
			_, pathB, _ := strings.Cut(b, " ")
			return strings.Compare(pathA+a, pathB+b)
		})
		for _, line := range tags[tag] {
			method, path, _ := strings.Cut(line, " ")
			d.Paths[path][strings.ToLower(method)].write(&b, line)
		}
	}
	b.WriteString("\n## Objects\n")
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		d.Components.Schemas[name].write(&b, name)
	}
	return b.String()
}

func (o operation) write(b *strings.Builder, line string) {
	access := "public"
	if len(o.Security) > 0 {
		access = "logged in"
	}
	fmt.Fprintf(b, "\n### %s\n\n%s (%s)\n", line, o.Summary, access)
	for _, p := range o.Parameters {
		fmt.Fprintf(b, "\n- `%s` (%s)", p.Name, p.In)
		if p.Description != "" {
			fmt.Fprintf(b, ": %s", p.Description)
		}
	}
	if len(o.Parameters) > 0 {
		b.WriteString("\n")
	}
	for _, kind := range slices.Sorted(maps.Keys(o.RequestBody.Content)) {
		fmt.Fprintf(b, "\nBody, `%s`: %s\n", kind, o.RequestBody.Content[kind].Schema.name())
	}
	var failures []string
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		if status != "200" {
			failures = append(failures, status)
			continue
		}
		for _, kind := range slices.Sorted(maps.Keys(o.Responses[status].Content)) {
			fmt.Fprintf(b, "\nAnswer, `%s`: %s\n", kind, o.Responses[status].Content[kind].Schema.name())
		}
	}
	if len(failures) > 0 {
		fmt.Fprintf(b, "\nErrors: %s\n", strings.Join(failures, ", "))
	}
}

func (s schema) write(b *strings.Builder, name string) {
	if len(s.Properties) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n| member | what | |\n|---|---|---|\n", name)
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		p, note := s.Properties[member], ""
		if slices.Contains(s.Required, member) {
			note = "required"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", member, strings.TrimSpace(p.name()+" "+p.Description), note)
	}
}

// Every kind of message that the server sends or takes is in the page, and no other.
func TestDocsOfLiveEvents(t *testing.T) {
	sources := ""
	for _, file := range []string{"admin/ws.go", "admin/hub.go", "admin/client.go", "admin/api_import.go"} {
		sources += string(readDeployed(t, file))
	}
	kinds := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:Type: |"type":|case |return )"([a-z]+(?:_[a-z]+)*)"`).FindAllStringSubmatch(sources, -1) {
		kinds[m[1]] = true
	}
	page := string(readDeployed(t, "docs/websocket.md"))
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)`").FindAllStringSubmatch(page, -1) {
		told[m[1]] = true
	}
	if !maps.Equal(kinds, told) {
		t.Errorf("the code has %v, the page %v", slices.Sorted(maps.Keys(kinds)), slices.Sorted(maps.Keys(told)))
	}
}

// pages are all texts that people read in the repository.
func pages(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	return out
}

// Links within the repository lead somewhere, to a heading too.
func TestDocsLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(string(readDeployed(t, page)), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %s leads nowhere", page, m[1])
			} else if anchor != "" && !slices.Contains(headings(t, file), anchor) && page != "docs/api.md" {
				t.Errorf("%s: %s has no such heading", page, m[1])
			}
		}
	}
}
