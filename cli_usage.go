package main

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a command line that is not understood, in words of its language.
type usageError struct {
	cmd  *cobra.Command
	text string
}

// Error returns what is wrong, without how it is done.
func (e *usageError) Error() string { return e.text }

func (c *cli) misused(cmd *cobra.Command, key string, args ...any) error {
	return &usageError{cmd: cmd, text: c.text("usage."+key, append(args, "Command", cmd.CommandPath())...)}
}

// help says, below what is wrong, how it is done.
func (c *cli) help(e *usageError) string {
	return c.text("word.usage") + ": " + c.useLine(e.cmd) + "\n" + c.text("word.help") + ": " + e.cmd.CommandPath() + " --help"
}

// useLine is a command with what it takes.
func (c *cli) useLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " " + c.text("word.command")
	}
	return cmd.UseLine() + " [" + c.text("word.options") + "]"
}

// exactly takes as many arguments as a command's use names.
func (c *cli) exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			names := strings.Fields(cmd.Use)[1:]
			return c.misused(cmd, "missing_argument", "Name", names[len(args)])
		case len(args) > n:
			return c.misused(cmd, "extra_argument", "Value", args[n])
		}
		return nil
	}
}

// family makes a command of what only holds others: it shows its help, and knows no word but theirs.
func (c *cli) family(cmd *cobra.Command) *cobra.Command {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			return c.misused(cmd, "unknown_command_near", "Name", args[0], "Near", strings.Join(near, ", "))
		}
		return c.misused(cmd, "unknown_command", "Name", args[0])
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// badFlag says which flag is not understood.
func (c *cli) badFlag(cmd *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return c.misused(cmd, "unknown_flag", "Flag", dashed(e.GetSpecifiedName()))
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return c.misused(cmd, "flag_without_value", "Flag", dashed(e.GetSpecifiedName()))
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return c.misused(cmd, "flag_value", "Flag", dashed(e.GetFlag().Name), "Value", e.GetValue())
	}
	if e, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return c.misused(cmd, "unknown_flag", "Flag", e.GetSpecifiedFlag())
	}
	return err
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

var flagGroup = regexp.MustCompile(`group \[([^\]]*)\]`)

// checkFlags looks, before cobra does so in English, whether the flags that are needed are there and go together.
func (c *cli) checkFlags(cmd *cobra.Command, _ []string) error {
	var missing []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Annotations[cobra.BashCompOneRequiredFlag] != nil && !f.Changed {
			missing = append(missing, dashed(f.Name))
		}
	})
	if len(missing) > 0 {
		return c.misused(cmd, "flags_missing", "Flags", strings.Join(missing, ", "))
	}
	err := cmd.ValidateFlagGroups()
	if err == nil {
		return nil
	}
	flags := "--" + strings.ReplaceAll(flagGroup.FindStringSubmatch(err.Error())[1], " ", ", --")
	if strings.HasPrefix(err.Error(), "at least one") {
		return c.misused(cmd, "flags_none", "Flags", flags)
	}
	return c.misused(cmd, "flags_together", "Flags", flags)
}

// fileFailure says why a file cannot be used, "" if that is not what went wrong.
func (c *cli) fileFailure(err error) string {
	e, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return ""
	}
	for _, known := range []struct {
		err error
		key string
	}{{fs.ErrNotExist, "absent"}, {fs.ErrPermission, "forbidden"}, {fs.ErrExist, "exists"}} {
		if errors.Is(e, known.err) {
			return c.text("file."+known.key, "Path", e.Path)
		}
	}
	return ""
}
