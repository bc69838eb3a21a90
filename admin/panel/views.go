package panel

import (
	"embed"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"
	"unicode"

	"chamados/domain"
	"chamados/domain/i18n"
)

//go:embed templates
var templateFiles embed.FS

// views are the pages by language and name. A page is parsed when it is first shown: all of them take a fifth of the memory
// of an idle program, and most desks speak one language.
type views map[domain.Lang]map[string]func() (*template.Template, error)

// view is what a template sees: the visit and the page's own data.
type view struct {
	*visit
	Body any
}

// pages are the templates beside layout and parts, one file each.
var pages = []string{
	"login", "password", "forgot", "reset", "board", "list", "ticket", "ticket_form", "people", "person", "person_form", "import", "import_job", "account", "notices", "statistics", "system", "error",
}

func (p *Panel) newViews() views {
	out := views{}
	for _, lang := range domain.Langs {
		out[lang] = map[string]func() (*template.Template, error){}
		for _, name := range pages {
			out[lang][name] = sync.OnceValues(func() (*template.Template, error) { return p.parseView(lang, name) })
		}
	}
	return out
}

func (p *Panel) parseView(lang domain.Lang, name string) (*template.Template, error) {
	t, err := template.New("shared").Funcs(p.funcs(lang)).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/"+name+".html")
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	return t, nil
}

// funcs are the words of templates in one language.
func (p *Panel) funcs(lang domain.Lang) template.FuncMap {
	local := func(t time.Time) time.Time { return t.In(p.Location) }
	return template.FuncMap{
		"t": func(key string, pairs ...any) string { return i18n.Text(lang, "panel."+key, args(pairs)) },
		"n": func(key string, n any, pairs ...any) string {
			return i18n.Count(lang, "panel."+key, toInt(n), args(pairs))
		},
		// label is the name of a figure; none is many.
		"label": func(key string, n any) string {
			if toInt(n) != 1 {
				n = 2
			}
			return i18n.Count(lang, "panel."+key, toInt(n), nil)
		},
		"field":     func(name string) string { return i18n.Text(lang, "field."+name, nil) },
		"status":    func(s domain.Status) string { return i18n.Status(lang, s) },
		"category":  func(c domain.Category) string { return i18n.Category(lang, c) },
		"priority":  func(x domain.Priority) string { return i18n.Priority(lang, x) },
		"role":      func(r domain.Role) string { return i18n.Role(lang, r) },
		"date":      func(t time.Time) string { return i18n.Date(lang, local(t)) },
		"datetime":  func(t time.Time) string { return i18n.DateTime(lang, local(t)) },
		"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"age":       func(t time.Time) string { return i18n.Age(lang, p.Now().Sub(t)) },
		"formdate":  func(s string) string { return formDate(lang, s) },
		"bytes":     humanBytes,
		"initials":  initials,
		"hue":       func(id int64) int64 { return id % 8 },
		"isImage":   isImage,
		"waiting":   waiting,
		"took":      func(s domain.Spread, t time.Duration) string { return took(lang, s, t) },
		"kept":      kept,
		"about":     func(r domain.Receipt) string { return about(lang, r) },
		"slastate":  func(s domain.SLAState) string { return i18n.Text(lang, "sla.state."+string(s), nil) },
		"dueAt":     func(t domain.Ticket) string { return dueAt(lang, t.SLA.Due(), local) },
		"dueIn":     func(t domain.Ticket) string { return dueIn(lang, t.SLA.Due(), p.Now()) },
		"dueSpan":   func(t domain.Ticket) string { return dueSpan(lang, t.SLA.Due(), p.Now()) },
		"stars":     func(n int) string { return strings.Repeat("★", n) + strings.Repeat("☆", 5-n) },
		"rating":    func(f domain.Figures) string { return rating(lang, f) },
		"s":         func(key string) string { return i18n.Text(lang, "series."+key, nil) },
		"topic":     func(x domain.Topic) string { return i18n.Text(lang, "prefs.topic."+string(x), nil) },
		"dayclock":  func(minute int) string { return domain.DayClock(max(minute, 0)) },
		"asset":     p.assets.path,
		"icon":      p.icon,
		"dict":      func(pairs ...any) i18n.Args { return args(pairs) },
		"langs":     func() []domain.Lang { return domain.Langs },
		"themes":    func() []string { return themes },
		"mostBytes": func() int64 { return domain.MaxAttachment },
		"doors":     func() bool { return p.Door != nil },
	}
}

// icon returns a sign of the sprite; hidden from screen readers, the text beside it speaks.
func (p *Panel) icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="` +
		p.assets.path("icons.svg") + "#" + template.HTMLEscapeString(name) + `"></use></svg>`)
}

// args turns "Name", value, … into a map.
func args(pairs []any) i18n.Args {
	out := i18n.Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

func toInt(n any) int {
	switch n := n.(type) {
	case int:
		return n
	case int64:
		return int(n)
	}
	return 0
}

// initials returns the first letters of the first and the last name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return "?"
	}
	out := string([]rune(words[0])[0])
	if len(words) > 1 {
		out += string([]rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(out)
}

// formDate shows a date of dados_extras as people of the language write it; what is no
// date stays as it is.
func formDate(lang domain.Lang, s string) string {
	t, err := time.Parse(domain.DateLayout, s)
	if err != nil {
		return s
	}
	return i18n.Date(lang, t)
}

func humanBytes(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
