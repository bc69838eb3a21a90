package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"chamados/domain/i18n"
	"chamados/internal/config"
)

func (c *cli) configCommand() *cobra.Command {
	var docs, asJSON bool
	cmd := c.command("config", &cobra.Command{
		Use:  "config",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if docs {
				_, err := io.WriteString(cmd.OutOrStdout(), c.configReference())
				return err
			}
			config, err := c.load(cmd)
			if err != nil {
				return err
			}
			return c.writeConfig(cmd.OutOrStdout(), config, asJSON)
		},
	})
	cmd.Flags().BoolVar(&docs, "docs", false, c.text("flag.docs"))
	cmd.Flags().BoolVar(&asJSON, "json", false, c.text("flag.json"))
	return cmd
}

// writeConfig writes the settings in force, without secrets.
func (c *cli) writeConfig(out io.Writer, config config.Config, asJSON bool) error {
	values := map[string]string{}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range config.Summary() {
		value := s.Value
		if s.Secret {
			value = c.text("config.unset")
			if s.Set {
				value = c.text("config.hidden")
			}
		}
		values[s.Name] = value
		if !asJSON {
			fmt.Fprintf(w, "%s\t%s\n", s.Name, value)
		}
	}
	if asJSON {
		return json.NewEncoder(out).Encode(values)
	}
	return w.Flush()
}

// configReference writes what every setting is, as Markdown.
func (c *cli) configReference() string {
	var order []string
	lines := map[string]string{}
	for _, s := range config.Default().Summary() {
		group, _, nested := strings.Cut(s.Name, ".")
		if !nested {
			group = ""
		}
		if lines[group] == "" {
			order = append(order, group)
		}
		value, env := "–", "–"
		if s.Value != "" && !s.Secret {
			value = "`" + s.Value + "`"
		}
		if name := config.Environment[s.Name]; name != "" {
			env = "`" + name + "`"
		}
		lines[group] += fmt.Sprintf("| `%s` | %s | %s | %s |\n", s.Name, env, value, i18n.Text(c.lang, "setting."+s.Name, nil))
	}
	out := c.text("config.intro") + "\n"
	for _, group := range order {
		title := c.text("config.general")
		if group != "" {
			title = "`" + group + "`"
		}
		out += fmt.Sprintf("\n## %s\n\n%s\n|---|---|---|---|\n%s", title, c.text("config.head"), lines[group])
	}
	return out
}
