package bot_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/pelletier/go-toml/v2"

	"chamados/bot"
	"chamados/bot/card/cardtest"
	"chamados/domain"
)

// texts returns every text of the bot's catalog in a language, by key; plural forms are
// keys of their own.
func texts(t *testing.T, lang domain.Lang) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "domain", "i18n", "catalog", string(lang), "bot.toml"))
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		switch v := v.(type) {
		case string:
			out[strings.TrimPrefix(prefix, ".")] = v
		case map[string]any:
			for k, sub := range v {
				walk(prefix+"."+k, sub)
			}
		}
	}
	walk("", tree)
	return out
}

func TestEveryTextFitsItsPlace(t *testing.T) {
	place := regexp.MustCompile(`{{\.\w+}}`)
	for _, lang := range domain.Langs {
		for key, text := range texts(t, lang) {
			text = place.ReplaceAllString(text, "valor")
			n := len(utf16.Encode([]rune(text)))
			switch {
			case strings.HasPrefix(key, "bot.words."):
			case strings.HasPrefix(key, "bot.button."), strings.HasPrefix(key, "bot.urgency."):
				if n > 40 {
					t.Errorf("%s %s has %d units, too long for a button", lang, key, n)
				}
			case strings.HasPrefix(key, "bot.tap."):
				if n > 190 || strings.Contains(text, "<") {
					t.Errorf("%s %s does not fit the answer to a tap", lang, key)
				}
			case strings.HasPrefix(key, "bot.command."):
				if n < 3 || n > 256 {
					t.Errorf("%s %s does not fit a menu", lang, key)
				}
			default:
				if _, err := cardtest.Plain(text); err != nil {
					t.Errorf("%s %s: %v", lang, key, err)
				}
			}
		}
	}
}

// Keys that are put together in the code: a word after the prefix.
var builtKeys = []string{
	"bot.button.", "bot.progress.", "bot.event.", "bot.told.", "bot.step.", "bot.toggle.", "bot.urgency.",
	"bot.ask.", "bot.command.",
}

func TestEveryKeyOfTheCodeHasATextAndTheOtherWayRound(t *testing.T) {
	used := map[string]bool{}
	for _, dir := range []string{".", "card", "flow"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			source, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`"(bot\.[a-z_.]+)"`).FindAllStringSubmatch(string(source), -1) {
				used[m[1]] = true
			}
		}
	}
	all := texts(t, domain.LangPortuguese)
	for key := range used {
		_, one := all[key+".one"]
		if _, ok := all[key]; !ok && !one && !slices.Contains(builtKeys, key) && !slices.Contains(builtKeys, key+".") {
			t.Errorf("%s has no text", key)
		}
	}
	for key := range all {
		key = strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		built := slices.ContainsFunc(builtKeys, func(p string) bool { return strings.HasPrefix(key, p) })
		if !used[key] && !built {
			t.Errorf("%s is used nowhere", key)
		}
	}
}

func TestCommandsOfEveryMenu(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	for _, menu := range []bot.Menu{bot.MenuPrivate, bot.MenuIT, bot.MenuGroup} {
		for _, lang := range []domain.Lang{"", domain.LangPortuguese, domain.LangEnglish} {
			list := bot.Commands(menu, lang)
			if len(list) == 0 {
				t.Errorf("%s %s is empty", menu, lang)
			}
			for _, c := range list {
				if !name.MatchString(c.Name) || strings.HasPrefix(c.Description, "bot.") {
					t.Errorf("%s %s: %+v", menu, lang, c)
				}
			}
		}
	}
}
