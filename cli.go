package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
	"chamados/internal/doctor"
	"chamados/storage/embedded"
)

// cli is what all commands share: the language that they speak and where the settings are.
type cli struct {
	lang domain.Lang
	file string
	cost int // of password hashes; 0 for the program's own

	probe time.Duration // of the doctor
}

// newCLI chooses the language before any command exists, since their help is written in it.
func newCLI(args []string, env func(string) string) *cli {
	return &cli{lang: spoken(args, env), probe: doctor.Probe}
}

// spoken returns the language of --lang, else of the environment, else Portuguese.
func spoken(args []string, env func(string) string) domain.Lang {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			return langOf(value)
		}
		if arg == "--lang" && i+1 < len(args) {
			return langOf(args[i+1])
		}
		if arg == "--" {
			break
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := env(name); value != "" {
			return langOf(value)
		}
	}
	return domain.LangPortuguese
}

func langOf(s string) domain.Lang {
	if strings.HasPrefix(strings.ToLower(s), "en") {
		return domain.LangEnglish
	}
	return domain.LangPortuguese
}

// text returns a text of the command line's catalog; args are names and values in turn.
func (c *cli) text(key string, args ...any) string {
	values := i18n.Args{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1]
	}
	return i18n.Text(c.lang, "cli."+key, values)
}

func (c *cli) count(key string, n int) string { return i18n.Count(c.lang, "cli."+key, n, nil) }

// command fills in what a command says about itself: the texts below its name, "user.add".
func (c *cli) command(name string, cmd *cobra.Command) *cobra.Command {
	cmd.Short, cmd.Long = c.text("command."+name+".short"), c.text("command."+name+".long")
	cmd.DisableFlagsInUseLine = true
	cmd.Example = indent(c.text("command." + name + ".example"))
	return cmd
}

func indent(s string) string { return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ") }

// speak has cobra's own words said in the language of the command line.
func (c *cli) speak(root *cobra.Command) {
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(cmd.OutOrStdout(), c.usage(cmd))
		return err
	})
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(c.badFlag)
	root.PersistentPreRunE = c.checkFlags
	root.SetHelpCommand(&cobra.Command{Use: "help", Hidden: true, Short: c.text("flag.help"), RunE: func(cmd *cobra.Command, args []string) error {
		target, rest, err := cmd.Root().Find(args)
		if err == nil {
			err = target.ValidateArgs(rest)
		}
		if err != nil && len(rest) > 0 {
			return err
		}
		return target.Help()
	}})
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		cmd.InitDefaultVersionFlag()
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "version" {
				f.Usage = c.text("flag." + f.Name)
			}
		})
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	walk(root)
}

// usage says how a command is used: with its examples, its commands and its flags.
func (c *cli) usage(cmd *cobra.Command) string {
	var b strings.Builder
	section := func(title, text string) {
		fmt.Fprintf(&b, "%s:\n%s\n\n", c.text("word."+title), strings.TrimRight(text, "\n"))
	}
	section("usage", "  "+c.useLine(cmd))
	if cmd.HasExample() {
		section("examples", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		list, width := "", 0
		for _, child := range cmd.Commands() {
			width = max(width, len(child.Name()))
		}
		for _, child := range cmd.Commands() {
			if child.IsAvailableCommand() {
				list += fmt.Sprintf("  %-*s  %s\n", width, child.Name(), child.Short)
			}
		}
		section("commands", list)
	}
	if cmd.HasAvailableLocalFlags() {
		section("flags", c.flags(cmd.LocalFlags()))
	}
	if cmd.HasAvailableInheritedFlags() {
		section("globals", c.flags(cmd.InheritedFlags()))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "%s: %s %s --help\n", c.text("word.more"), cmd.CommandPath(), c.text("word.command"))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (c *cli) flags(set *pflag.FlagSet) string {
	return strings.ReplaceAll(set.FlagUsages(), "(default ", "("+c.text("word.default")+" ")
}

// load returns the validated settings.
func (c *cli) load(cmd *cobra.Command) (config.Config, error) {
	return config.Load(c.file, !cmd.Flags().Changed("config"))
}

// errReported ends a command whose output has said already what is wrong.
var errReported = errors.New("reported")

// report tells of a failure and returns the exit status.
func (c *cli) report(out io.Writer, err error) int {
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errReported):
		fmt.Fprintln(out, "chamados:", c.explain(err))
	}
	if e, ok := errors.AsType[*usageError](err); ok {
		fmt.Fprintln(out, c.help(e))
	}
	return 1
}

// explain returns what the operator is told: what people are told, and the cause beneath it.
func (c *cli) explain(err error) string {
	if bad, ok := errors.AsType[config.Problems](err); ok {
		return c.text("misconfigured") + "\n" + bad.Text(c.lang)
	}
	if bad, ok := errors.AsType[config.Problem](err); ok {
		return bad.Text(c.lang)
	}
	e, ok := errors.AsType[*domain.Error](err)
	if !ok {
		return or(c.databaseFailure(err), or(c.fileFailure(err), err.Error()))
	}
	text := i18n.Error(c.lang, e)
	if e.Err != nil {
		text += "\n" + e.Err.Error()
	}
	return text
}

// or returns the first text that there is.
func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// databaseFailure says what is wrong with the private database, and the detail beneath; "" if that is not it.
func (c *cli) databaseFailure(err error) string {
	for _, known := range []struct {
		err error
		key string
	}{{embedded.ErrNoPrograms, "no_programs"}, {embedded.ErrInUse, "in_use"}, {embedded.ErrOtherMajor, "other_major"}} {
		if errors.Is(err, known.err) {
			return c.text("database."+known.key) + "\n" + err.Error()
		}
	}
	return ""
}

// withDesk runs what a command does on the desk of the configured database, beside a
// program that may be running on it.
func (c *cli) withDesk(cmd *cobra.Command, do func(ctx context.Context, p *Program) error) error {
	config, err := c.load(cmd)
	if err != nil {
		return err
	}
	p := NewProgram(config, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if c.cost != 0 {
		p.cost = c.cost
	}
	if err := p.openBeside(cmd.Context()); err != nil {
		return errors.Join(err, p.Stop())
	}
	err = do(cmd.Context(), p)
	return errors.Join(err, p.db.Flush(cmd.Context()), p.Stop())
}
