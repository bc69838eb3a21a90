package mail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Defaults of [GraphOptions]: the public cloud.
const (
	GraphURL = "https://graph.microsoft.com"
	LoginURL = "https://login.microsoftonline.com"
)

// GraphOptions say with which application and as whom to send.
type GraphOptions struct {
	TenantID     string
	ClientID     string
	ClientSecret string
	From         string // the mailbox
	GraphURL     string // "" for [GraphURL]
	LoginURL     string // "" for [LoginURL]
}

// Graph sends through Microsoft Graph with application credentials.
type Graph struct {
	client   *http.Client
	endpoint string
}

const (
	graphTimeout = 30 * time.Second
	// maxRetryAfter bounds how long the service can make us wait.
	maxRetryAfter = 5 * time.Minute
)

// NewGraph returns a sender; it fetches a token when it first sends and keeps it while it
// lasts.
func NewGraph(o GraphOptions) (*Graph, error) {
	if o.TenantID == "" || o.ClientID == "" || o.ClientSecret == "" || o.From == "" {
		return nil, errors.New("graph: tenant, client, secret and sender are required")
	}
	if o.GraphURL == "" {
		o.GraphURL = GraphURL
	}
	if o.LoginURL == "" {
		o.LoginURL = LoginURL
	}
	graph := strings.TrimRight(o.GraphURL, "/")
	credentials := clientcredentials.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, AuthStyle: oauth2.AuthStyleInParams,
		TokenURL: strings.TrimRight(o.LoginURL, "/") + "/" + url.PathEscape(o.TenantID) + "/oauth2/v2.0/token",
		Scopes:   []string{graph + "/.default"},
	}
	// The token is shared by all messages: it is fetched under a context of its own.
	base := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Timeout: graphTimeout})
	client := credentials.Client(base)
	client.Timeout = graphTimeout
	return &Graph{client: client, endpoint: graph + "/v1.0/users/" + url.PathEscape(o.From) + "/sendMail"}, nil
}

type graphAddress struct {
	EmailAddress struct {
		Address string `json:"address"`
		Name    string `json:"name,omitempty"`
	} `json:"emailAddress"`
}

type graphMail struct {
	Message struct {
		Subject string `json:"subject"`
		Body    struct {
			ContentType string `json:"contentType"`
			Content     string `json:"content"`
		} `json:"body"`
		To []graphAddress `json:"toRecipients"`
	} `json:"message"`
	Save bool `json:"saveToSentItems"`
}

// Send sends one message.
func (g *Graph) Send(ctx context.Context, m Message) error {
	var body graphMail
	body.Message.Subject = m.Subject
	body.Message.Body.ContentType, body.Message.Body.Content = "HTML", m.HTML
	body.Message.To = make([]graphAddress, 1)
	body.Message.To[0].EmailAddress.Address, body.Message.To[0].EmailAddress.Name = m.To, m.ToName
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.endpoint, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := g.client.Do(req)
	if err != nil {
		return &LaterError{Err: fmt.Errorf("graph: %w", err)}
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return graphError(res)
}

// graphError judges an answer by its status: what it says beside may hold the message.
func graphError(res *http.Response) error {
	if res.StatusCode < 300 {
		return nil
	}
	err := fmt.Errorf("graph: %s", res.Status)
	if res.StatusCode != http.StatusTooManyRequests && res.StatusCode < 500 {
		return err
	}
	seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
	return &LaterError{After: min(time.Duration(max(seconds, 0))*time.Second, maxRetryAfter), Err: err}
}
