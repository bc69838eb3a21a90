package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"chamados/internal/config"
)

func (c *cli) serveCommand() *cobra.Command {
	var profiles string
	cmd := c.command("serve", &cobra.Command{
		Use:  "serve",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := c.load(cmd)
			if err != nil {
				return err
			}
			log := config.Log.Logger()
			if profiles != "" {
				go serveProfiles(profiles, log)
			}
			return run(cmd.Context(), NewProgram(config, log), c.file)
		},
	})
	cmd.Flags().StringVar(&profiles, "pprof", "", c.text("flag.pprof"))
	return cmd
}

// run starts a program, waits for a signal or its failure, and stops it.
func run(ctx context.Context, p *Program, configFile string) error {
	if err := p.Start(ctx); err != nil {
		return err
	}
	p.warn(configFile)
	settleMemory()
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-p.Failed():
	}
	return errors.Join(failure, p.Stop())
}

func (c *cli) healthCommand() *cobra.Command {
	return c.command("health", &cobra.Command{
		Use:  "health",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := c.load(cmd)
			if err != nil {
				return err
			}
			return checkHealth(cmd.Context(), settings.HTTP)
		},
	})
}

func checkHealth(ctx context.Context, at config.HTTP) error {
	base, err := at.Local()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/health", nil)
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
