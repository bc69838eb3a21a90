package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"chamados/internal/config"
)

func (c *cli) healthCommand() *cobra.Command {
	return c.command("health", &cobra.Command{
		Use:  "health",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := c.load(cmd)
			if err != nil {
				return err
			}
			return c.checkHealth(cmd.Context(), settings.HTTP)
		},
	})
}

// healthPatience is how long the program may take to say that it is alive.
const healthPatience = 3 * time.Second

// checkHealth fails with the operator's words for what is wrong, and the detail beneath.
func (c *cli) checkHealth(ctx context.Context, at config.HTTP) error {
	base, err := at.Local()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/health", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New(c.text("health.stopped", "Addr", req.URL.Host))
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New(c.text("health.silent", "Addr", req.URL.Host, "Seconds", healthPatience.Seconds()))
	case err != nil:
		return fmt.Errorf("%s\n%w", c.text("health.unreachable", "Addr", req.URL.Host), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(c.text("health.ill", "Addr", req.URL.Host, "Status", resp.StatusCode))
	}
	return nil
}
