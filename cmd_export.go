package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"chamados/internal/export"
)

func (c *cli) exportCommand() *cobra.Command {
	var asCSV bool
	cmd := c.command("export", &cobra.Command{
		Use:  "export " + c.text("word.target"),
		Args: c.exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				e, err := export.To(args[0], cmd.OutOrStdout(), asCSV)
				if err != nil {
					return err
				}
				if err := p.db.Export(ctx, e); err != nil {
					return errors.Join(err, e.Discard())
				}
				made, err := e.Finish(buildVersion(), p.now())
				if err != nil {
					return errors.Join(err, e.Discard())
				}
				c.tellOfExport(cmd, made, args[0])
				return nil
			})
		},
	})
	cmd.Flags().BoolVar(&asCSV, "csv", false, c.text("flag.csv"))
	return cmd
}

// tellOfExport says, beside an export that may go to the standard output, what is in it.
func (c *cli) tellOfExport(cmd *cobra.Command, m export.Manifest, target string) {
	out, files := cmd.ErrOrStderr(), 0
	for _, f := range m.Files {
		if f.Rows == nil {
			files++
			continue
		}
		fmt.Fprintln(out, c.text("export.table", "Path", f.Path, "Rows", *f.Rows))
	}
	fmt.Fprintln(out, c.count("export.files", files))
	for _, name := range m.Missing {
		fmt.Fprintln(out, c.text("export.missing", "Path", name))
	}
	if target != "-" {
		fmt.Fprintln(out, c.text("export.done", "Target", target))
	}
}
