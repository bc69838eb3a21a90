// Package i18n holds every text that a person reads, in Portuguese and English.
//
// The catalogs are the TOML files below catalog/<language>, one file an area: errors,
// words (statuses, categories, …), bot, panel, mail. A key is "<area>.<name>"; a text with
// a count has the plural forms one and other. Texts are plain; who builds HTML escapes the
// arguments.
package i18n

import (
	"embed"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"chamados/domain"
)

//go:embed catalog
var catalogs embed.FS

// Args fill a text's {{.Name}} places.
type Args = map[string]any

// localizers are read beside all else that a program does at its start: it takes 26 ms.
var localizers = sync.OnceValue(load)

func init() { go localizers() }

func load() map[domain.Lang]*i18n.Localizer {
	bundle := i18n.NewBundle(language.BrazilianPortuguese)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	out := map[domain.Lang]*i18n.Localizer{}
	for _, lang := range domain.Langs {
		files, err := fs.Glob(catalogs, "catalog/"+string(lang)+"/*.toml")
		must(err)
		for _, file := range files {
			data, err := catalogs.ReadFile(file)
			must(err)
			_, err = bundle.ParseMessageFileBytes(data, string(lang)+".toml")
			must(err)
		}
		out[lang] = i18n.NewLocalizer(bundle, string(lang))
	}
	return out
}

// must panics on a broken catalog: they are compiled in, so only a build can break them.
func must(err error) {
	if err != nil {
		panic("i18n: " + err.Error())
	}
}

// Text returns the text of a key. A key without a text is returned itself; a test sees to
// it that there is none.
func Text(lang domain.Lang, key string, args Args) string {
	return localize(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: args})
}

// Count returns the text of a key in the plural form for n, with {{.Count}} set to n.
func Count(lang domain.Lang, key string, n int, args Args) string {
	data := Args{"Count": n}
	for k, v := range args {
		data[k] = v
	}
	return localize(lang, &i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
}

func localize(lang domain.Lang, c *i18n.LocalizeConfig) string {
	l, ok := localizers()[lang]
	if !ok {
		l = localizers()[domain.LangPortuguese]
	}
	s, err := l.Localize(c)
	if err != nil {
		return c.MessageID
	}
	return s
}

// Error returns what a person is told about err: the text of a [domain.Error], with a
// line for each field; for anything else a text that reveals nothing.
func Error(lang domain.Lang, err error) string {
	e, ok := errors.AsType[*domain.Error](err)
	if !ok {
		return Text(lang, "error.internal", nil)
	}
	lines := []string{Text(lang, "error."+e.Key, e.Args)}
	for _, f := range e.Fields {
		lines = append(lines, Field(lang, f))
	}
	return strings.Join(lines, "\n")
}

// Field returns what is wrong with one field, beginning with the field's name.
func Field(lang domain.Lang, f domain.FieldError) string {
	return Text(lang, "field."+f.Field, nil) + ": " + FieldProblem(lang, f)
}

// FieldProblem returns what is wrong with one field, without its name.
func FieldProblem(lang domain.Lang, f domain.FieldError) string {
	return Text(lang, "problem."+f.Key, f.Args)
}

// Status returns the name of a status; Category, Priority and Role likewise.
func Status(lang domain.Lang, s domain.Status) string {
	return Text(lang, "status."+string(s), nil)
}

// Category returns the name of a category.
func Category(lang domain.Lang, c domain.Category) string {
	return Text(lang, "category."+string(c), nil)
}

// Priority returns the name of a priority.
func Priority(lang domain.Lang, p domain.Priority) string {
	return Text(lang, "priority."+string(p), nil)
}

// Role returns the name of a role.
func Role(lang domain.Lang, r domain.Role) string { return Text(lang, "role."+string(r), nil) }

// Date returns a day as people write it: 31/12/2026 in Portuguese, 2026-12-31 in English.
func Date(lang domain.Lang, t time.Time) string {
	return t.Format(Text(lang, "format.date", nil))
}

// DateTime returns a day and time to the minute.
func DateTime(lang domain.Lang, t time.Time) string {
	return t.Format(Text(lang, "format.datetime", nil))
}

// Age returns how long ago something was, in the largest fitting unit: "agora", "5 min",
// "3 h", "2 d".
func Age(lang domain.Lang, d time.Duration) string {
	switch {
	case d < time.Minute:
		return Text(lang, "age.now", nil)
	case d < time.Hour:
		return Count(lang, "age.minutes", int(d/time.Minute), nil)
	case d < 48*time.Hour:
		return Count(lang, "age.hours", int(d/time.Hour), nil)
	}
	return Count(lang, "age.days", int(d/(24*time.Hour)), nil)
}
