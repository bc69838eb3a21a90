package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"chamados/domain/i18n"
)

func (c *cli) attachmentsCommand() *cobra.Command {
	cmd := c.family(c.command("attachments", &cobra.Command{Use: "attachments"}))
	cmd.AddCommand(c.command("attachments.move", &cobra.Command{
		Use:  "move",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				moved, err := p.db.MoveContents(ctx)
				out := cmd.OutOrStdout()
				fmt.Fprintln(out, i18n.Count(c.lang, "cli.attachments.moved", moved.Files, i18n.Args{"Megabytes": moved.Bytes >> 20}))
				for _, id := range moved.Missing {
					fmt.Fprintln(out, c.text("attachments.missing", "ID", id))
				}
				return err
			})
		},
	}))
	return cmd
}
