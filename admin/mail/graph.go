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
	"sync"
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
	FromName     string
	GraphURL     string // "" for [GraphURL]
	LoginURL     string // "" for [LoginURL]
}

// Graph sends through Microsoft Graph with application credentials.
type Graph struct {
	base     context.Context // with the client that fetches tokens
	login    clientcredentials.Config
	endpoint string
	from     graphAddress

	mu     sync.Mutex
	tokens oauth2.TokenSource
}

const (
	graphTimeout = 30 * time.Second
	// maxRetryAfter bounds how long the service can make us wait.
	maxRetryAfter = time.Hour
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
	g := &Graph{base: base, login: credentials, endpoint: graph + "/v1.0/users/" + url.PathEscape(o.From) + "/sendMail"}
	g.from.EmailAddress.Address, g.from.EmailAddress.Name = o.From, o.FromName
	g.tokens = credentials.TokenSource(base)
	return g, nil
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
		From *graphAddress  `json:"from,omitempty"`
		To   []graphAddress `json:"toRecipients"`
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
	if g.from.EmailAddress.Name != "" {
		body.Message.From = &g.from
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return g.post(ctx, raw)
}

// post sends a body, and once more with a new token if the service no longer takes the one
// that is kept.
func (g *Graph) post(ctx context.Context, raw []byte) error {
	for tries := 0; ; tries++ {
		token, err := g.token()
		if err != nil {
			return tokenError(err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.endpoint, bytes.NewReader(raw))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		token.SetAuthHeader(req)
		res, err := graphClient.Do(req)
		if err != nil {
			return &LaterError{Err: fmt.Errorf("graph: %w", err)}
		}
		err = graphError(res)
		_ = res.Body.Close()
		if res.StatusCode == http.StatusUnauthorized && tries == 0 {
			g.forgetToken()
			continue
		}
		return err
	}
}

var graphClient = &http.Client{Timeout: graphTimeout}

func (g *Graph) token() (*oauth2.Token, error) {
	g.mu.Lock()
	source := g.tokens
	g.mu.Unlock()
	return source.Token()
}

func (g *Graph) forgetToken() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens = g.login.TokenSource(g.base)
}

// tokenError judges why there is no token. What the service says of it may hold the secret:
// only its code is kept. Wrong credentials are put right by people, and then the mails go.
func tokenError(err error) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		err = fmt.Errorf("graph: no token: %s %s", refused.Response.Status, refused.ErrorCode)
	} else {
		err = fmt.Errorf("graph: no token: %w", err)
	}
	return &LaterError{Err: err}
}

// graphError judges an answer by its status and the code of its error: what it says beside
// may hold the message.
func graphError(res *http.Response) error {
	raw, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if res.StatusCode < 300 {
		return nil
	}
	var answer struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(raw, &answer)
	err := fmt.Errorf("graph: %s %s", res.Status, answer.Error.Code)
	busy := res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != ""
	if !busy && res.StatusCode < 500 && res.StatusCode != http.StatusUnauthorized {
		return err
	}
	return &LaterError{After: retryAfter(res.Header.Get("Retry-After")), Busy: busy, Err: err}
}

// retryAfter reads the header's seconds or date.
func retryAfter(word string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(word); err == nil {
		wait = time.Duration(min(max(seconds, 0), 1e6)) * time.Second
	} else if at, err := http.ParseTime(word); err == nil {
		wait = max(time.Until(at), 0)
	}
	return min(wait, maxRetryAfter)
}
