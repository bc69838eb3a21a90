package mail

import (
	"context"
	"fmt"
)

// Check asks for a token: it fails where the tenant, the application or its secret is wrong.
// Nothing is sent.
func (g *Graph) Check(context.Context) error {
	if _, err := g.token(); err != nil {
		return tokenError(err)
	}
	return nil
}

// Check connects, goes over to TLS and logs in as it would to send. Nothing is sent.
func (s *SMTP) Check(ctx context.Context) error {
	client, err := s.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	_ = s.client.CloseWithSMTPClient(client)
	return nil
}
