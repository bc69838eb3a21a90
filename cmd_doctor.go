package main

import (
	"github.com/spf13/cobra"

	"chamados/internal/doctor"
)

func (c *cli) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := c.command("doctor", &cobra.Command{
		Use:  "doctor",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			hasher, err := newHasher(c.cost)
			if err != nil {
				return err
			}
			report := doctor.Examine(cmd.Context(), doctor.Options{
				File: c.file, Optional: !cmd.Flags().Changed("config"), Lang: c.lang, Version: buildVersion(),
				Passwords: hasher, CheckMail: checkMail, Probe: c.probe,
			})
			write := report.Write
			if asJSON {
				write = report.WriteJSON
			}
			if err := write(cmd.OutOrStdout()); err != nil {
				return err
			}
			if report.Result == doctor.Fail {
				return errReported
			}
			return nil
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, c.text("flag.json"))
	return cmd
}
