package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (c *cli) exportCommand() *cobra.Command {
	var asCSV bool
	cmd := c.command("export", &cobra.Command{
		Use:  "export DIRECTORY|FILE.tar|FILE.tar.gz|-",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				to, err := newPlace(args[0], cmd.OutOrStdout())
				if err != nil {
					return err
				}
				e := &exporter{place: to, csv: asCSV}
				if err := p.db.Export(ctx, e); err != nil {
					return errors.Join(err, to.discard())
				}
				if err := e.finish(p.now()); err != nil {
					return errors.Join(err, to.discard())
				}
				c.tellOfExport(cmd, e.manifest, args[0])
				return nil
			})
		},
	})
	cmd.Flags().BoolVar(&asCSV, "csv", false, c.text("flag.csv"))
	return cmd
}

// tellOfExport says, beside an export that may go to the standard output, what is in it.
func (c *cli) tellOfExport(cmd *cobra.Command, m exportManifest, target string) {
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
