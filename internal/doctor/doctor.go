// Package doctor examines an installation, says what is wrong with it and how to mend that, and changes nothing.
package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
)

// Probe is how long to poll Telegram while the service does not: a program that polls beside it asks again
// within that time.
const Probe = 5 * time.Second

// Options are what the doctor is told. All of them but Probe are needed.
type Options struct {
	File      string // the settings
	Optional  bool   // File may be absent
	Lang      domain.Lang
	Version   string // of this program
	Passwords domain.Passwords
	Probe     time.Duration                                  // 0: it is not looked who polls while the service does not
	CheckMail func(ctx context.Context, m config.Mail) error // logs in and sends nothing
}

// Level is how bad a finding is; the words are those of JSON.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Warn Level = "aviso" // works, but should not stay
	Fail Level = "falha" // something does not work
)

var signs = map[Level]string{OK: "✔", Warn: "!", Fail: "✘"}

// Finding is what one check found. Remedy says how to mend it, "" where all is well.
type Finding struct {
	Check   string `json:"verificacao"`
	Level   Level  `json:"nivel"`
	Message string `json:"mensagem"`
	Remedy  string `json:"correcao,omitempty"`
}

// Report is what an examination found, in the language that was asked for.
type Report struct {
	Result   Level     `json:"resultado"` // the worst
	Version  string    `json:"versao"`
	Findings []Finding `json:"verificacoes"`

	lang domain.Lang
}

// Examine looks at everything that can be looked at with the settings there are.
func Examine(ctx context.Context, o Options) Report {
	d := &doctor{o: o}
	d.examine(ctx)
	r := Report{Result: OK, Version: o.Version, Findings: d.findings, lang: o.Lang}
	switch {
	case r.count(Fail) > 0:
		r.Result = Fail
	case r.count(Warn) > 0:
		r.Result = Warn
	}
	return r
}

// doctor is one examination.
type doctor struct {
	o        Options
	config   config.Config
	findings []Finding

	reachable string // the database's address, once it has been looked at
}

func (d *doctor) examine(ctx context.Context) {
	var err error
	if d.config, err = config.Load(d.o.File, d.o.Optional); err != nil {
		d.fail("configuracao", "bad", "Error", d.problems(err))
		if d.config.HTTP.Addr == "" { // nothing could be read at all
			return
		}
	} else if read := config.FilesOf(d.o.File); len(read) > 0 {
		d.ok("configuracao", "ok", "Path", strings.Join(read, ", "))
	} else {
		d.ok("configuracao", "none", "Path", d.o.File)
	}
	d.files()
	d.dataDir()
	d.attachments()
	d.secretKey()
	d.address()
	groups := d.database(ctx)
	d.telegram(ctx, groups)
	d.mail(ctx)
	d.service(ctx)
}

func (d *doctor) problems(err error) string {
	if bad, ok := errors.AsType[config.Problems](err); ok {
		return bad.Text(d.o.Lang)
	}
	return err.Error()
}

// The three ways to report: outcome names the text cli.doctor.<check>.<outcome>, and for what
// is not well also <outcome>_fix.
func (d *doctor) ok(check, outcome string, args ...any)   { d.note(OK, check, outcome, args) }
func (d *doctor) warn(check, outcome string, args ...any) { d.note(Warn, check, outcome, args) }
func (d *doctor) fail(check, outcome string, args ...any) { d.note(Fail, check, outcome, args) }

func (d *doctor) note(l Level, check, outcome string, args []any) {
	key := check + "." + outcome
	f := Finding{Check: check, Level: l, Message: text(d.o.Lang, key, args...)}
	if l != OK {
		f.Remedy = text(d.o.Lang, key+"_fix", args...)
	}
	d.findings = append(d.findings, f)
}

// text returns a text of the doctor's; args are names and values in turn.
func text(lang domain.Lang, key string, args ...any) string {
	values := i18n.Args{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1]
	}
	return i18n.Text(lang, "cli.doctor."+key, values)
}

func (r Report) count(l Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == l {
			n++
		}
	}
	return n
}

// Write writes the report for people.
func (r Report) Write(out io.Writer) error {
	width := 0
	for _, f := range r.Findings {
		width = max(width, utf8.RuneCountInString(text(r.lang, f.Check+".name")))
	}
	var b strings.Builder
	for _, f := range r.Findings {
		name := text(r.lang, f.Check+".name")
		margin := strings.Repeat(" ", width+4)
		name += strings.Repeat(" ", width-utf8.RuneCountInString(name))
		fmt.Fprintln(&b, signs[f.Level], name, "", strings.ReplaceAll(f.Message, "\n", "\n"+margin))
		if f.Remedy != "" {
			fmt.Fprintln(&b, margin+"→ "+strings.ReplaceAll(f.Remedy, "\n", "\n"+margin+"  "))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", text(r.lang, "total", "OK", r.count(OK), "Warn", r.count(Warn), "Fail", r.count(Fail)))
	_, err := io.WriteString(out, b.String())
	return err
}

// WriteJSON writes the report for scripts.
func (r Report) WriteJSON(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}
