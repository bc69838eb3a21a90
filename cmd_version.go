package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the build.
var version string

// buildInfo is what is known of how the program was made.
type buildInfo struct {
	Version  string `json:"versao"`
	Revision string `json:"revisao,omitempty"`
	Time     string `json:"data,omitempty"` // of the revision
	Modified bool   `json:"modificado,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"plataforma"`
}

func (c *cli) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := c.command("version", &cobra.Command{
		Use:  "version",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, out := readBuild(), cmd.OutOrStdout()
			if asJSON {
				return json.NewEncoder(out).Encode(b)
			}
			fmt.Fprintln(out, b.Version)
			if b.Revision != "" {
				fmt.Fprintln(out, c.text("version.revision", "Revision", b.Revision, "Time", b.Time))
			}
			fmt.Fprintln(out, b.Go, b.Platform)
			return nil
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, c.text("flag.json"))
	return cmd
}

// buildVersion returns what the build was told, else the version that Go read from the
// version control system.
func buildVersion() string { return readBuild().Version }

func readBuild() buildInfo {
	b := buildInfo{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	if b.Version == "" && info.Main.Version != "(devel)" {
		b.Version = info.Main.Version
	}
	if b.Version == "" {
		b.Version = "dev"
	}
	return b
}
