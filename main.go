// Chamados is a helpdesk that lives in Telegram, with a panel in the browser.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the desk's time zone also where the system has no zone files

	"github.com/spf13/cobra"

	"chamados/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := newCLI(os.Args[1:], os.Getenv)
	code := c.report(os.Stderr, c.root().ExecuteContext(ctx))
	stop()
	os.Exit(code)
}

// root returns the program's command with all others below it.
func (c *cli) root() *cobra.Command {
	root := c.family(c.command("chamados", &cobra.Command{
		Use: "chamados", SilenceUsage: true, SilenceErrors: true, Version: buildVersion(),
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true}, SuggestionsMinimumDistance: 2,
	}))
	root.PersistentFlags().StringVar(&c.file, "config", config.DefaultFile(config.SystemFile), c.text("flag.config"))
	root.PersistentFlags().String("lang", string(c.lang), c.text("flag.lang"))
	root.AddCommand(
		c.serveCommand(), c.sandboxCommand(), c.healthCommand(), c.doctorCommand(), c.migrateCommand(),
		c.userCommand(), c.importCommand(), c.exportCommand(), c.backupCommand(), c.restoreCommand(), c.attachmentsCommand(), c.configCommand(), c.versionCommand(), c.completionCommand(),
	)
	c.speak(root)
	return root
}
