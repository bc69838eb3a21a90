package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer bounds what is read of a Bot API answer in bytes. A hundred updates stay far
// below it.
const maxAnswer = 32 << 20

// newHTTPClient returns a client that never follows a redirect, which would take the token
// elsewhere. timeout bounds a whole call.
func newHTTPClient(timeout time.Duration) *http.Client {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       30 * time.Second, // shorter than servers': a stale one makes a message uncertain
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
	return &http.Client{
		Transport: t, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// networkError is a call that brought no answer. reached tells whether the request was
// written whole, so that it may have been carried out.
type networkError struct {
	reached bool
	text    string // without the token
	cause   error
}

func (e *networkError) Error() string { return e.text }
func (e *networkError) Unwrap() error { return e.cause }

// statusError is an answer that is not the Bot API's, or says that the server is at fault.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.status, e.text) }

// doer carries the library's requests. It reads them whole before sending, so that
// net/http can repeat on a fresh connection what a stale one did not take, notes whether a
// request was written whole and so may have been carried out, and keeps the token out of errors.
type doer struct {
	client *http.Client
	token  string
}

func (d doer) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, &networkError{text: d.mask(err), cause: err}
		}
		req.ContentLength = int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	}
	var reached atomic.Bool
	trace := &httptrace.ClientTrace{WroteRequest: func(w httptrace.WroteRequestInfo) {
		if w.Err == nil {
			reached.Store(true)
		}
	}}
	resp, err := d.client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return nil, &networkError{reached: reached.Load(), text: d.mask(err), cause: bare(err)}
	}
	return d.whole(resp)
}

// whole reads the answer, and turns what the library could not classify into an error.
func (d doer) whole(resp *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
	if err != nil {
		return nil, &networkError{reached: true, text: d.mask(err), cause: bare(err)}
	}
	var answer struct {
		OK   *bool `json:"ok"`
		Code int   `json:"error_code"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.OK == nil || answer.Code >= 500 {
		status := max(resp.StatusCode, answer.Code)
		return nil, &statusError{status: status, text: d.cut(string(body))}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// mask returns the text of err without the token.
func (d doer) mask(err error) string { return strings.ReplaceAll(bare(err).Error(), d.token, "***") }

// cut returns the beginning of an answer for the log.
func (d doer) cut(s string) string {
	s = strings.ReplaceAll(s, d.token, "***")
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
}

// bare returns what is inside net/http's error, which repeats the address and with it the
// token.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
