package i18n

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"chamados/domain"
)

// entries returns every key of a language with its plural forms joined.
func entries(t *testing.T, lang domain.Lang) map[string]string {
	t.Helper()
	files, err := fs.Glob(catalogs, "catalog/"+string(lang)+"/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalog for %s: %v", lang, err)
	}
	out := map[string]string{}
	for _, file := range files {
		data, err := catalogs.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := toml.Unmarshal(data, &tree); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		collect(t, out, "", tree)
	}
	return out
}

func collect(t *testing.T, out map[string]string, prefix string, tree map[string]any) {
	if _, plural := tree["other"].(string); plural && prefix != "" && tree["one"] != nil {
		out[strings.TrimSuffix(prefix, ".")] = tree["one"].(string) + " " + tree["other"].(string)
		return
	}
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			if _, twice := out[prefix+k]; twice {
				t.Errorf("key %s stands twice", prefix+k)
			}
			out[prefix+k] = v
		case map[string]any:
			collect(t, out, prefix+k+".", v)
		}
	}
}

var place = regexp.MustCompile(`{{\s*\.(\w+)\s*}}`)

func places(s string) []string {
	var out []string
	for _, m := range place.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestCatalogsAreCompleteAndAlike(t *testing.T) {
	pt, en := entries(t, domain.LangPortuguese), entries(t, domain.LangEnglish)
	for key, text := range pt {
		other, ok := en[key]
		if !ok {
			t.Errorf("%s has no English text", key)
			continue
		}
		if strings.TrimSpace(text) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is empty", key)
		}
		if !slices.Equal(places(text), places(other)) {
			t.Errorf("%s: places differ: %v, %v", key, places(text), places(other))
		}
	}
	for key := range en {
		if _, ok := pt[key]; !ok {
			t.Errorf("%s has no Portuguese text", key)
		}
	}
}

func TestEveryWordHasAText(t *testing.T) {
	for _, lang := range domain.Langs {
		for _, s := range domain.Statuses {
			known(t, "status."+string(s), Status(lang, s))
		}
		for _, c := range domain.Categories {
			known(t, "category."+string(c), Category(lang, c))
		}
		for _, p := range domain.Priorities {
			known(t, "priority."+string(p), Priority(lang, p))
		}
		for _, r := range []domain.Role{domain.RoleIT, domain.RoleEmployee} {
			known(t, "role."+string(r), Role(lang, r))
		}
	}
}

func known(t *testing.T, key, text string) {
	t.Helper()
	if text == key || text == "" {
		t.Errorf("%s has no text", key)
	}
}

func TestErrorRevealsNothingUnknown(t *testing.T) {
	if got := Error(domain.LangPortuguese, fs.ErrNotExist); strings.Contains(got, "exist") {
		t.Errorf("leaks: %q", got)
	}
	got := Error(domain.LangEnglish, domain.Taken("Ana <b>"))
	if got != "Ana <b> has already taken this ticket." {
		t.Errorf("got %q", got)
	}
}

func TestPlural(t *testing.T) {
	if got := Count(domain.LangPortuguese, "age.days", 1, nil); got != "1 dia" {
		t.Errorf("got %q", got)
	}
	if got := Count(domain.LangPortuguese, "age.days", 3, nil); got != "3 dias" {
		t.Errorf("got %q", got)
	}
}
