package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chamados/internal/config"
	"chamados/storage"
)

func (c *cli) migrateCommand() *cobra.Command {
	var asJSON bool
	cmd := c.command("migrate", &cobra.Command{
		Use:  "migrate",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := c.load(cmd)
			if err != nil {
				return err
			}
			report, err := upgradeDatabase(cmd.Context(), config)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
			}
			c.tellOfUpgrade(cmd.OutOrStdout(), report)
			if lost := report.Lost(); len(lost) > 0 {
				return errors.New(c.text("migrate.lost", "Tables", strings.Join(lost, ", ")))
			}
			return nil
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, c.text("flag.json"))
	return cmd
}

// upgradeDatabase upgrades the configured database, or the private one.
func upgradeDatabase(ctx context.Context, c config.Config) (report storage.UpgradeReport, err error) {
	p := NewProgram(c, config.Log{Level: "warn", Format: "text"}.Logger())
	defer func() { err = errors.Join(err, p.Stop()) }()
	if err := makeDataDir(c.DataDir); err != nil {
		return report, err
	}
	url, err := p.databaseBeside(ctx)
	if err != nil {
		return report, err
	}
	return storage.Upgrade(ctx, url)
}

func (c *cli) tellOfUpgrade(out io.Writer, r storage.UpgradeReport) {
	switch {
	case len(r.Applied) == 0:
		fmt.Fprintln(out, c.text("migrate.nothing", "To", r.To))
	case r.Adopted:
		fmt.Fprintln(out, c.text("migrate.adopted", "To", r.To, "Took", r.Took.Round(time.Millisecond).String()))
	default:
		fmt.Fprintln(out, c.text("migrate.done", "From", r.From, "To", r.To, "Took", r.Took.Round(time.Millisecond).String()))
	}
	var fresh []string
	for _, t := range r.Tables {
		if !t.Existed {
			fresh = append(fresh, t.Name)
			continue
		}
		fmt.Fprintln(out, " ", c.text("migrate.table", "Name", t.Name, "Before", t.Before, "After", t.After))
		if len(t.Added) > 0 {
			fmt.Fprintln(out, "   ", c.text("migrate.columns", "Columns", strings.Join(t.Added, ", ")))
		}
	}
	if len(fresh) > 0 {
		fmt.Fprintln(out, " ", c.text("migrate.tables", "Tables", strings.Join(fresh, ", ")))
	}
	for _, w := range r.Warnings {
		fmt.Fprintln(out, " ", c.text("migrate.warning", "Warning", w))
	}
}
