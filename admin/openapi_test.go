package admin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// document is the API's document as it was served.
type document struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Summary     string `json:"summary"`
		Security    []any  `json:"security"`
		Parameters  []struct {
			Name        string `json:"name"`
			Description string `json:"description"`
			In          string `json:"in"`
		} `json:"parameters"`
		Responses map[string]struct {
			Content map[string]struct {
				Schema json.RawMessage `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]json.RawMessage `json:"schemas"`
	} `json:"components"`
}

func readDocument(t testing.TB, w *world) *document {
	t.Helper()
	res, err := w.Client().Get(w.URL + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatalf("openapi.json: %v", err)
	}
	return &d
}

// match returns the documented path for one that was called; a literal one goes first.
func (d *document) match(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if _, ok := d.Paths[path]; ok {
		return path
	}
	for documented := range d.Paths {
		pattern := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(documented), `[^/]+`)
		if regexp.MustCompile("^" + pattern + "$").MatchString(path) {
			return documented
		}
	}
	return ""
}

// check returns how an answer differs from what is documented, "" if it does not.
func (d *document) check(method, path string, a answer) string {
	op, ok := d.Paths[d.match(path)][strings.ToLower(method)]
	if !ok {
		return ""
	}
	response, ok := op.Responses[strconv.Itoa(a.status)]
	if !ok {
		return "status " + strconv.Itoa(a.status) + " is not documented"
	}
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	content, ok := response.Content[media]
	if !ok && !strings.HasPrefix(op.OperationID, "download") {
		return "content type " + media + " is not documented"
	}
	var value, schema any
	if media == "application/x-ndjson" || json.Unmarshal([]byte(a.body), &value) != nil || json.Unmarshal(content.Schema, &schema) != nil {
		return ""
	}
	return d.mismatch(schema, value, "$")
}

// mismatch checks the part of JSON Schema that the document uses.
func (d *document) mismatch(schema, value any, at string) string {
	s, ok := schema.(map[string]any)
	if !ok {
		return ""
	}
	if ref, ok := s["$ref"].(string); ok {
		var target any
		if err := json.Unmarshal(d.Components.Schemas[ref[strings.LastIndex(ref, "/")+1:]], &target); err != nil {
			return at + ": broken reference " + ref
		}
		return d.mismatch(target, value, at)
	}
	if choices, ok := s["anyOf"].([]any); ok {
		for _, choice := range choices {
			if d.mismatch(choice, value, at) == "" {
				return ""
			}
		}
		return at + ": fits none of the choices"
	}
	if !rightType(s["type"], value) {
		return at + ": not of the documented type"
	}
	if enum, ok := s["enum"].([]any); ok && value != nil && !slices.Contains(enum, value) {
		return at + ": not one of the documented words"
	}
	return d.mismatchInside(s, value, at)
}

func (d *document) mismatchInside(s map[string]any, value any, at string) string {
	switch value := value.(type) {
	case []any:
		for i, v := range value {
			if problem := d.mismatch(s["items"], v, at+"["+strconv.Itoa(i)+"]"); problem != "" {
				return problem
			}
		}
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, name := range required {
			if _, ok := value[name.(string)]; !ok {
				return at + ": lacks " + name.(string)
			}
		}
		for name, v := range value {
			if p, ok := properties[name]; !ok && len(properties) > 0 {
				return at + ": undocumented member " + name
			} else if problem := d.mismatch(p, v, at+"."+name); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func rightType(declared, value any) bool {
	kinds := []any{declared}
	if list, ok := declared.([]any); ok {
		kinds = list
	}
	for _, kind := range kinds {
		switch v := value.(type) {
		case nil:
			if kind == "null" {
				return true
			}
		case bool:
			if kind == "boolean" {
				return true
			}
		case string:
			if kind == "string" {
				return true
			}
		case float64:
			if kind == "number" || kind == "integer" && v == float64(int64(v)) {
				return true
			}
		case []any:
			if kind == "array" {
				return true
			}
		case map[string]any:
			if kind == "object" {
				return true
			}
		}
	}
	return declared == nil
}

// The table of the contract. What is marked false needs no login.
var contract = map[string]bool{
	"POST /api/auth/login": false, "GET /api/auth/me": true, "POST /api/auth/send-verification-code": false,
	"POST /api/auth/verify-code": false, "POST /api/auth/change-password": false,
	"POST /api/chamados": true, "GET /api/chamados": true, "GET /api/chamados/{id}": true,
	"PUT /api/chamados/{id}": true, "DELETE /api/chamados/{id}": true, "POST /api/chamados/{id}/comentarios": true,
	"POST /api/usuarios": true, "GET /api/usuarios": true, "GET /api/usuarios/ti": true, "PUT /api/usuarios/{id}": true,
	"POST /api/usuarios/import": true, "GET /api/estatisticas": true, "GET /health": false,
}

func TestDocumentHoldsTheContract(t *testing.T) {
	w := newWorld(t)
	for operation, login := range contract {
		method, path, _ := strings.Cut(operation, " ")
		op, ok := w.spec.Paths[path][strings.ToLower(method)]
		if !ok {
			t.Errorf("%s is not documented", operation)
		} else if (len(op.Security) > 0) != login {
			t.Errorf("%s: login documented as %v", operation, !login)
		}
	}
}

// What is documented is served, guarded as documented, and has its texts.
func TestDocumentIsTrue(t *testing.T) {
	w := newWorld(t)
	for path, methods := range w.spec.Paths {
		for method, op := range methods {
			concrete := strings.ReplaceAll(path, "{id}", "1")
			a := w.call("", strings.ToUpper(method), concrete, "")
			if got := a.status == http.StatusUnauthorized; got != (len(op.Security) > 0) {
				t.Errorf("%s %s: %d for nobody", method, path, a.status)
			}
			if a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed {
				t.Errorf("%s %s is documented but not served", method, path)
			}
			if op.Summary == "" || strings.HasPrefix(op.Summary, "op.") {
				t.Errorf("%s %s has no summary", method, path)
			}
			for _, p := range op.Parameters {
				if p.In != "path" && (p.Description == "" || strings.HasPrefix(p.Description, "param.")) {
					t.Errorf("%s %s: parameter %s has no text", method, path, p.Name)
				}
			}
		}
	}
}

// What is served below /api is documented: every method of every documented path, tried.
func TestRoutesAreDocumented(t *testing.T) {
	w := newWorld(t)
	for path, methods := range w.spec.Paths {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if _, ok := methods[strings.ToLower(method)]; ok || !strings.HasPrefix(path, "/api/") {
				continue
			}
			a := w.call(ti, method, strings.ReplaceAll(path, "{id}", "1"), "")
			if a.status != http.StatusMethodNotAllowed && d404(w, method, path) {
				t.Errorf("%s %s is not documented but answers %d", method, path, a.status)
			}
		}
	}
	if a := w.call(ti, "GET", "/api/nada", ""); a.status != http.StatusNotFound {
		t.Errorf("unknown path: %d", a.status)
	}
}

// d404 reports whether no other documented path takes the call ("PUT /api/usuarios/ti" is one of {id}).
func d404(w *world, method, path string) bool {
	for other, methods := range w.spec.Paths {
		if other != path && strings.Contains(other, "{id}") && !strings.Contains(path, "{id}") &&
			strings.HasPrefix(path, strings.TrimSuffix(other, "{id}")) && strings.HasSuffix(other, "{id}") {
			if _, ok := methods[strings.ToLower(method)]; ok {
				return false
			}
		}
	}
	return true
}

func TestDocsPageNeedsNobodyElse(t *testing.T) {
	w := newWorld(t)
	a := w.call("", "GET", "/docs", "")
	if a.status != http.StatusOK || !strings.Contains(a.body, "/api/chamados/{id}") {
		t.Fatalf("/docs: %d", a.status)
	}
	for _, foreign := range []string{"<script", "<style", "http://", "https://", "style="} {
		if strings.Contains(a.body, foreign) {
			t.Errorf("/docs contains %s", foreign)
		}
	}
	if strings.Contains(a.body, "ZgotmplZ") || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Error("/docs is not safe")
	}
	if css := w.call("", "GET", "/docs.css", ""); css.status != http.StatusOK || !strings.HasPrefix(css.header.Get("Content-Type"), "text/css") {
		t.Errorf("/docs.css: %d", css.status)
	}
}
