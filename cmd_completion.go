package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (c *cli) completionCommand() *cobra.Command {
	return c.command("completion", &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Args:      cobra.MatchAll(c.exactly(1), c.knownShell),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return c.knownShell(cmd, args)
		},
	})
}

func (c *cli) knownShell(cmd *cobra.Command, args []string) error {
	if slices.Contains(cmd.ValidArgs, args[0]) {
		return nil
	}
	return c.misused(cmd, "unknown_shell", "Value", args[0], "Words", strings.Join(cmd.ValidArgs, ", "))
}
