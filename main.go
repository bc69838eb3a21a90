// Chamados is a helpdesk that lives in Telegram, with a panel in the browser.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // the desk's time zone also where the system has no zone files

	"github.com/spf13/cobra"
)

// version is set by the build.
var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := rootCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "chamados:", err)
		os.Exit(1)
	}
}

func rootCommand() *cobra.Command {
	var file string
	root := &cobra.Command{
		Use:           "chamados",
		Short:         "A helpdesk in Telegram, with a panel in the browser",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       buildVersion(),
	}
	root.PersistentFlags().StringVar(&file, "config", "config.yaml", "settings file; the environment wins over it")
	load := func(cmd *cobra.Command) (Config, error) {
		return LoadConfig(file, !cmd.Flags().Changed("config"))
	}
	root.AddCommand(serveCommand(load, &file), sandboxCommand(load), healthCommand(load), versionCommand())
	return root
}

type loader func(*cobra.Command) (Config, error)

func serveCommand(load loader, file *string) *cobra.Command {
	var profiles string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the helpdesk",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load(cmd)
			if err != nil {
				return err
			}
			log := c.Log.Logger()
			if profiles != "" {
				go serveProfiles(profiles, log)
			}
			return run(cmd.Context(), NewProgram(c, log), *file)
		},
	}
	cmd.Flags().StringVar(&profiles, "pprof", "", "serve profiles (net/http/pprof) on this address; nobody else should reach it")
	return cmd
}

// run starts a program, waits for a signal or its failure, and stops it.
func run(ctx context.Context, p *Program, configFile string) error {
	if err := p.Start(ctx); err != nil {
		return err
	}
	p.warn(configFile)
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-p.Failed():
	}
	return errors.Join(failure, p.Stop())
}

func healthCommand(load loader) *cobra.Command {
	return &cobra.Command{
		Use:   "health",
		Short: "Ask the running helpdesk whether it is alive (for container health checks)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load(cmd)
			if err != nil {
				return err
			}
			return checkHealth(cmd.Context(), c.HTTP.Addr)
		},
	}
}

func checkHealth(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/health", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("health: %s", resp.Status)
	}
	return nil
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run:   func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), buildVersion()) },
	}
}

// buildVersion returns what the build was told, else the revision that Go noted.
func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
