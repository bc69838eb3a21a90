package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"chamados/internal/config"
)

func (c *cli) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := c.command("doctor", &cobra.Command{
		Use:  "doctor",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &doctor{cli: c}
			d.examine(cmd.Context(), !cmd.Flags().Changed("config"))
			if asJSON {
				if err := d.writeJSON(cmd.OutOrStdout()); err != nil {
					return err
				}
			} else {
				d.write(cmd.OutOrStdout())
			}
			if d.count(levelFail) > 0 {
				return errReported
			}
			return nil
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, c.text("flag.json"))
	return cmd
}

// level is how bad a finding is; the words are those of --json.
type level string

const (
	levelOK   level = "ok"
	levelWarn level = "aviso" // works, but should not stay
	levelFail level = "falha" // something does not work
)

var levelSigns = map[level]string{levelOK: "✔", levelWarn: "!", levelFail: "✘"}

// finding is what one check found. Remedy says how to mend it, "" where all is well.
type finding struct {
	Check   string `json:"verificacao"`
	Level   level  `json:"nivel"`
	Message string `json:"mensagem"`
	Remedy  string `json:"correcao,omitempty"`
}

// doctor examines an installation and changes nothing.
type doctor struct {
	*cli
	config   config.Config
	findings []finding
}

// The three ways to report: outcome names the text doctor.<check>.<outcome>, and for what
// is not well also <outcome>_fix.
func (d *doctor) ok(check, outcome string, args ...any)   { d.note(levelOK, check, outcome, args) }
func (d *doctor) warn(check, outcome string, args ...any) { d.note(levelWarn, check, outcome, args) }
func (d *doctor) fail(check, outcome string, args ...any) { d.note(levelFail, check, outcome, args) }

func (d *doctor) note(l level, check, outcome string, args []any) {
	key := "doctor." + check + "." + outcome
	f := finding{Check: check, Level: l, Message: d.text(key, args...)}
	if l != levelOK {
		f.Remedy = d.text(key+"_fix", args...)
	}
	d.findings = append(d.findings, f)
}

func (d *doctor) count(l level) int {
	n := 0
	for _, f := range d.findings {
		if f.Level == l {
			n++
		}
	}
	return n
}

func (d *doctor) write(out io.Writer) {
	width := 0
	for _, f := range d.findings {
		width = max(width, utf8.RuneCountInString(d.text("doctor."+f.Check+".name")))
	}
	for _, f := range d.findings {
		name := d.text("doctor." + f.Check + ".name")
		margin := strings.Repeat(" ", width+4)
		name += strings.Repeat(" ", width-utf8.RuneCountInString(name))
		fmt.Fprintln(out, levelSigns[f.Level], name, "", strings.ReplaceAll(f.Message, "\n", "\n"+margin))
		if f.Remedy != "" {
			fmt.Fprintln(out, margin+"→ "+strings.ReplaceAll(f.Remedy, "\n", "\n"+margin+"  "))
		}
	}
	fmt.Fprintln(out)
	fmt.Fprintln(out, d.text("doctor.total", "OK", d.count(levelOK), "Warn", d.count(levelWarn), "Fail", d.count(levelFail)))
}

func (d *doctor) writeJSON(out io.Writer) error {
	worst := levelOK
	switch {
	case d.count(levelFail) > 0:
		worst = levelFail
	case d.count(levelWarn) > 0:
		worst = levelWarn
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Result   level     `json:"resultado"`
		Version  string    `json:"versao"`
		Findings []finding `json:"verificacoes"`
	}{worst, buildVersion(), d.findings})
}
