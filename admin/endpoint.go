package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chamados/admin/drain"
	"chamados/domain"
)

// defaultMaxBody is more than the largest ticket with its dados_extras, escaped.
const defaultMaxBody = 1 << 20

// endpoint is one operation of the API: how it is called, documented and guarded.
type endpoint struct {
	method   string
	path     string
	id       string // operationId; the catalogs' op.<id> says what it does
	tag      string
	public   bool           // also for those who are not logged in
	params   []param        // of the query and the headers; those of the path are known
	maxBody  int64          // 0 for defaultMaxBody
	statuses map[string]int // by error key, where the contract wants another than respond.go
	errors   []int          // documented beside the usual ones
	accepts  string         // of the body, where it is not JSON
	content  string         // of the answer, where it is not JSON
	contents []string       // of the answer, where the client has more choices
	once     bool           // takes an Idempotency-Key
}

// none stands for a body that an operation does not have.
type none struct{}

// call is one request on its way through an endpoint.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	actor domain.Actor // zero on public endpoints
	lang  domain.Lang
	desk  *domain.Desk // the server's, or at work in the transaction of an Idempotency-Key
}

// add serves an operation whose body is a B and whose answer is an O, both JSON.
func add[B, O any](s *Server, e endpoint, handle func(*call, *B) (O, error)) {
	body, answer := reflect.TypeFor[B](), reflect.TypeFor[O]()
	if e.once {
		e.params = append(e.params, onceParam)
	}
	s.document(e, body, answer)
	hasBody := body != reflect.TypeFor[none]()
	s.handle(e, func(c *call) error {
		ctx, cancel := context.WithTimeout(c.r.Context(), s.AnswerTime)
		defer cancel()
		c.r = c.r.WithContext(ctx)
		var b B
		var raw []byte
		var err error
		if hasBody {
			if raw, err = c.body(e.limit()); err == nil {
				err = decodeJSON(raw, &b)
			}
		}
		if err != nil {
			return err
		}
		if key := c.r.Header.Get(headerOnce); e.once && key != "" {
			return c.once(key, raw, func() (any, error) { return handle(c, &b) })
		}
		out, err := handle(c, &b)
		if err != nil {
			return err
		}
		return writeJSON(c.w, http.StatusOK, "application/json", out)
	})
}

// addRaw serves an operation that reads the request and writes the answer itself; B and O
// are what the document says of them. It must not fail after it began to write.
func addRaw[B, O any](s *Server, e endpoint, handle func(*call) error) {
	s.document(e, reflect.TypeFor[B](), reflect.TypeFor[O]())
	s.handle(e, handle)
}

func (e endpoint) limit() int64 {
	if e.maxBody == 0 {
		return defaultMaxBody
	}
	return e.maxBody
}

func (s *Server) handle(e endpoint, handle func(*call) error) {
	s.mux.HandleFunc(e.method+" "+e.path, func(w http.ResponseWriter, r *http.Request) {
		c, body := &call{w: w, r: r, desk: s.Desk}, r.Body
		err := s.admit(c, e)
		if err == nil {
			err = handle(c)
		}
		if err != nil {
			if c.lang == "" {
				c.lang = s.languageOf(r, nil)
			}
			drain.Body(w, r, body, patience)
			s.fail(w, r, c.lang, err, e.statuses)
		}
	})
}

// patience bounds what is still read of a request that is refused.
var patience = drain.Patience{Bytes: 16 << 20, Time: 10 * time.Second}

// admit lets in whoever may use the endpoint at all.
func (s *Server) admit(c *call, e endpoint) error {
	if err := s.Sessions.CheckOrigin(c.r); err != nil {
		return err
	}
	if !e.public {
		actor, err := s.Sessions.Authenticate(c.r, channelOf(c.r))
		if err != nil {
			return err
		}
		c.actor = actor
		requestOf(c.r.Context()).userID = actor.ID
	}
	c.lang = s.languageOf(c.r, &c.actor.User)
	return nil
}

// channelOf tells scripts, which bring a bearer token, from the panel's own requests.
func channelOf(r *http.Request) domain.Channel {
	if r.Header.Get("Authorization") == "" {
		return domain.ChannelPanel
	}
	return domain.ChannelAPI
}

// decode reads the JSON body into v. Members that v does not know are ignored, as older
// clients expect.
func (c *call) decode(limit int64, v any) error {
	body, err := c.body(limit)
	if err != nil {
		return err
	}
	return decodeJSON(body, v)
}

func (c *call) body(limit int64) ([]byte, error) {
	if c.r.ContentLength > limit {
		return nil, errTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, limit))
	if err != nil {
		return nil, bodyError(err)
	}
	return body, nil
}

// bodyError tells a body that is too large from one that broke off.
func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	return malformed("body")
}

func decodeJSON(body []byte, v any) error {
	if !utf8.Valid(body) || tooDeep(body) {
		return malformed("body")
	}
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return malformed(wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]) // without the names of Go's types
	}
	return malformed("body")
}

// maxDepth bounds the nesting of JSON: dados_extras goes to the database as it came.
const maxDepth = 64

func tooDeep(body []byte) bool {
	depth, inString, escaped := 0, false, false
	for _, b := range body {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped, inString = b == '\\', b != '"'
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}

func malformed(field string) error {
	return domain.Invalid(domain.FieldError{Field: field, Key: "malformed"})
}

// pathID returns the id in the path: absent is what cannot be the id of a row.
func (c *call) pathID(absent error) (int64, error) {
	word := c.r.PathValue("id")
	id, err := strconv.ParseInt(word, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, absent
	case err != nil:
		return 0, malformed("identificador")
	case id <= 0 || id > math.MaxInt32:
		return 0, absent
	}
	return id, nil
}
