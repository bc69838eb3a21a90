package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"chamados/admin/importfile"
	"chamados/domain"
	"chamados/domain/i18n"
)

func (c *cli) importCommand() *cobra.Command {
	var dry, asJSON bool
	cmd := c.command("import", &cobra.Command{
		Use:  "import " + c.text("word.file") + ".csv",
		Args: c.exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := readPeople(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				report, err := importPeople(ctx, p.desk, rows, dry)
				if err == nil || report.Created > 0 {
					c.tellOfImport(cmd.OutOrStdout(), report, dry, asJSON, p.config.Mail.Configured())
				}
				if err == nil && report.Failed > 0 {
					err = errReported
				}
				return err
			})
		},
	})
	cmd.Flags().BoolVar(&dry, "dry-run", false, c.text("flag.dry_run"))
	cmd.Flags().BoolVar(&asJSON, "json", false, c.text("flag.json"))
	return cmd
}

// readPeople reads a list; "-" is the standard input.
func readPeople(in io.Reader, file string) ([]domain.ImportRow, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, importfile.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > importfile.MaxBytes {
		return nil, importfile.ErrTooMany
	}
	table, err := importfile.Parse(raw)
	if err != nil {
		return nil, err
	}
	return table.People(table.Columns), nil
}

func importPeople(ctx context.Context, desk *domain.Desk, rows []domain.ImportRow, dry bool) (domain.ImportReport, error) {
	if dry {
		return desk.CheckImport(ctx, domain.System, rows)
	}
	return desk.ImportUsers(ctx, domain.System, rows, func(int) {})
}

// tellOfImport says what became, or would become, of each row.
func (c *cli) tellOfImport(out io.Writer, r domain.ImportReport, dry, asJSON, mails bool) {
	done := "import.created"
	if dry {
		done = "import.would"
	}
	lines := json.NewEncoder(out)
	for _, row := range r.Results {
		message, status := c.text(done), "criado"
		if row.Err != nil {
			message, status = i18n.Error(c.lang, row.Err), "erro"
		}
		if asJSON {
			_ = lines.Encode(importedRow{Line: row.Line, Email: row.Email, Status: status, Message: message})
			continue
		}
		fmt.Fprintln(out, c.text("import.row", "Line", row.Line, "Email", row.Email, "Message", message))
	}
	if asJSON {
		return
	}
	fmt.Fprintln(out, c.text(done+"_total", "Good", r.Created, "Bad", r.Failed))
	if !dry && !mails && r.Created > 0 {
		fmt.Fprintln(out, c.text("import.no_mail"))
	}
}

// importedRow is a row's outcome as scripts read it; the words are those of the API.
type importedRow struct {
	Line    int    `json:"linha"`
	Email   string `json:"email"`
	Status  string `json:"status"`
	Message string `json:"mensagem"`
}
