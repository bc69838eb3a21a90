package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
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

// run starts a program, waits for a signal or its failure, and stops it. To be told to stop while starting is no failure.
func run(ctx context.Context, p *Program, configFile string) error {
	if err := p.Start(ctx); err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return nil
		}
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
