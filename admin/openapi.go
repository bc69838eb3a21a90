package admin

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"chamados/admin/session"
	"chamados/domain"
	"chamados/domain/i18n"
)

// param is a parameter of the query or a header; the catalogs' param.<name> says what it does.
type param struct {
	in   string
	name string
	kind string // string, integer, boolean, date
	enum []any
}

// schemaNames gives the types of wire.go the names of the contract.
var schemaNames = map[reflect.Type]string{
	reflect.TypeFor[userJSON]():       "usuario",
	reflect.TypeFor[accountJSON]():    "conta",
	reflect.TypeFor[commentJSON]():    "comentario",
	reflect.TypeFor[summaryJSON]():    "chamado_resumo",
	reflect.TypeFor[ticketJSON]():     "chamado",
	reflect.TypeFor[attachmentJSON](): "anexo",
	reflect.TypeFor[eventJSON]():      "evento",
	reflect.TypeFor[deliveryJSON]():   "entrega",
	reflect.TypeFor[problem]():        "problema",
	reflect.TypeFor[problemField]():   "problema_campo",
	reflect.TypeFor[messageJSON]():    "mensagem",
	reflect.TypeFor[statsJSON]():      "estatisticas",
	reflect.TypeFor[inviteAnswer]():   "convite",
	reflect.TypeFor[seriesJSON]():     "serie",
	reflect.TypeFor[figuresJSON]():    "numeros",
	reflect.TypeFor[pointJSON]():      "ponto",
	reflect.TypeFor[sliceJSON]():      "fatia",
	reflect.TypeFor[spreadJSON]():     "tempo",
	reflect.TypeFor[keptJSON]():       "prazo",
	reflect.TypeFor[ratingJSON]():     "satisfacao",
}

func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name, ok := schemaNames[t]; ok {
		return name
	}
	return huma.DefaultSchemaNamer(t, hint)
}

func newDocument(version string) *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: ServiceName, Version: version, Description: i18n.Text(domain.LangPortuguese, "api.about", nil),
			License: &huma.License{Name: "MIT", Identifier: "MIT"},
		},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
				"sessao": {Type: "apiKey", In: "cookie", Name: session.CookieName},
			},
		},
		Paths: map[string]*huma.PathItem{},
	}
}

// document adds an endpoint to the API's document.
func (s *Server) document(e endpoint, body, answer reflect.Type) {
	schemas := s.doc.Components.Schemas
	op := &huma.Operation{
		Method: e.method, Path: e.path, OperationID: e.id, Tags: []string{e.tag},
		Summary:    i18n.Text(domain.LangPortuguese, "op."+e.id, nil),
		Parameters: parameters(e),
		Responses:  map[string]*huma.Response{"200": answerOf(e, schemas.Schema(answer, true, ""))},
	}
	if !e.public {
		op.Security = []map[string][]string{{"bearer": {}}, {"sessao": {}}}
	}
	if body != reflect.TypeFor[none]() {
		accepts := e.accepts
		if accepts == "" {
			accepts = "application/json"
		}
		op.RequestBody = &huma.RequestBody{
			Required: true, Content: map[string]*huma.MediaType{accepts: {Schema: schemas.Schema(body, true, "")}},
		}
	}
	for _, status := range e.failures(op.RequestBody != nil) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: i18n.Text(domain.LangPortuguese, "api.title."+strconv.Itoa(status), nil),
			Content: map[string]*huma.MediaType{
				"application/problem+json": {Schema: schemas.Schema(reflect.TypeFor[problem](), true, "")},
			},
		}
	}
	s.doc.AddOperation(op)
}

func answerOf(e endpoint, schema *huma.Schema) *huma.Response {
	content := e.content
	if content == "" {
		content = "application/json"
	} else {
		schema = &huma.Schema{Type: huma.TypeString, Format: "binary"}
	}
	out := &huma.Response{
		Description: i18n.Text(domain.LangPortuguese, "api.title.200", nil),
		Content:     map[string]*huma.MediaType{content: {Schema: schema}},
	}
	for _, other := range e.contents {
		out.Content[other] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return out
}

// failures returns the statuses that an endpoint answers when it does not do what was asked.
func (e endpoint) failures(hasBody bool) []int {
	out := []int{http.StatusInternalServerError, http.StatusServiceUnavailable}
	if !e.public {
		out = append(out, http.StatusUnauthorized)
	}
	if !e.public || e.method != http.MethodGet {
		out = append(out, http.StatusForbidden)
	}
	if pathParam.MatchString(e.path) {
		out = append(out, http.StatusNotFound)
	}
	if hasBody {
		out = append(out, http.StatusRequestEntityTooLarge)
	}
	if hasBody || len(e.params) > 0 || pathParam.MatchString(e.path) {
		out = append(out, http.StatusUnprocessableEntity)
	}
	out = append(out, e.errors...)
	slices.Sort(out)
	return slices.Compact(out)
}

var pathParam = regexp.MustCompile(`\{(\w+)\}`)

func parameters(e endpoint) []*huma.Param {
	var out []*huma.Param
	for _, m := range pathParam.FindAllStringSubmatch(e.path, -1) {
		one := 1.0
		out = append(out, &huma.Param{
			Name: m[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &one},
		})
	}
	for _, p := range e.params {
		schema := &huma.Schema{Type: p.kind, Enum: p.enum}
		if p.kind == "date" {
			schema = &huma.Schema{Type: huma.TypeString, Format: "date"}
		}
		out = append(out, &huma.Param{
			Name: p.name, In: p.in, Schema: schema, Description: i18n.Text(domain.LangPortuguese, "param."+p.name, nil),
		})
	}
	return out
}

// The members of an embedded struct are its own: JSON says so, huma does not see it for
// types that are not exported.

// TransformSchema adds the members of userJSON.
func (accountJSON) TransformSchema(r huma.Registry, schema *huma.Schema) *huma.Schema {
	return inherit[userJSON](r, schema)
}

// TransformSchema says that there may be no assignee.
func (summaryJSON) TransformSchema(_ huma.Registry, schema *huma.Schema) *huma.Schema {
	return nullable(schema, "usuario", "atribuido")
}

// TransformSchema adds the members of summaryJSON.
func (ticketJSON) TransformSchema(r huma.Registry, schema *huma.Schema) *huma.Schema {
	return inherit[summaryJSON](r, schema)
}

// TransformSchema says that an account may be gone.
func (commentJSON) TransformSchema(_ huma.Registry, schema *huma.Schema) *huma.Schema {
	return nullable(schema, "usuario")
}

// TransformSchema adds the members of codeBody.
func (newPasswordBody) TransformSchema(r huma.Registry, schema *huma.Schema) *huma.Schema {
	return inherit[codeBody](r, schema)
}

// inherit adds the members of a Base to the schema of what embeds it.
func inherit[Base any](r huma.Registry, schema *huma.Schema) *huma.Schema {
	base := r.Schema(reflect.TypeFor[Base](), false, "")
	for name, property := range base.Properties {
		schema.Properties[name] = property
	}
	schema.Required = slices.Concat(base.Required, schema.Required)
	return schema
}

func nullable(schema *huma.Schema, members ...string) *huma.Schema {
	for _, name := range members {
		if ref := schema.Properties[name]; ref != nil {
			schema.Properties[name] = &huma.Schema{AnyOf: []*huma.Schema{ref, {Type: "null"}}}
		}
	}
	return schema
}

// openSchemas says of every schema that members may be added: answers grow, and unknown members of
// bodies are ignored.
func openSchemas(r huma.Registry) {
	for _, schema := range r.Map() {
		if schema.AdditionalProperties == false {
			schema.AdditionalProperties = nil
		}
	}
}

func (s *Server) documentRoutes() {
	raw := func(w http.ResponseWriter, contentType string, body []byte) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	}
	openSchemas(s.doc.Components.Schemas)
	document, err := json.MarshalIndent(s.doc, "", " ")
	if err != nil {
		panic("openapi: " + err.Error()) // built from our own types: only a build can break it
	}
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		raw(w, "application/json", document)
	})
	page := renderDocs(s.doc)
	s.mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		raw(w, "text/html; charset=utf-8", page)
	})
	s.mux.HandleFunc("GET /docs.css", func(w http.ResponseWriter, _ *http.Request) {
		raw(w, "text/css; charset=utf-8", docsCSS)
	})
}
