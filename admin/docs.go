package admin

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"chamados/domain"
	"chamados/domain/i18n"
)

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS []byte

// docsPage is what the page shows of the document.
type docsPage struct {
	Doc     *huma.OpenAPI
	Groups  []docsGroup
	Schemas []docsSchema
}

type docsGroup struct {
	Tag        string
	Operations []*huma.Operation
}

type docsSchema struct {
	Name string
	JSON string
}

// renderDocs returns the API's document as a page that needs no script.
func renderDocs(doc *huma.OpenAPI) []byte {
	page := template.Must(template.New("docs").Funcs(template.FuncMap{
		"t":      func(key string) string { return i18n.Text(domain.LangPortuguese, key, nil) },
		"schema": contentSchema,
		"kind":   schemaKind,
	}).Parse(docsHTML))
	data := docsPage{Doc: doc, Groups: groups(doc)}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		raw, err := json.MarshalIndent(schemas[name], "", "  ")
		if err != nil {
			panic("docs: " + err.Error())
		}
		data.Schemas = append(data.Schemas, docsSchema{Name: name, JSON: string(raw)})
	}
	var out bytes.Buffer
	if err := page.Execute(&out, data); err != nil {
		panic("docs: " + err.Error()) // template and data are compiled in
	}
	return out.Bytes()
}

// groups returns the operations by tag, in the order of path and method.
func groups(doc *huma.OpenAPI) []docsGroup {
	var out []docsGroup
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, op := range operations(doc.Paths[path]) {
			i := slices.IndexFunc(out, func(g docsGroup) bool { return g.Tag == op.Tags[0] })
			if i < 0 {
				i = len(out)
				out = append(out, docsGroup{Tag: op.Tags[0]})
			}
			out[i].Operations = append(out[i].Operations, op)
		}
	}
	return out
}

// operations returns what a path has, in the usual order of methods.
func operations(item *huma.PathItem) []*huma.Operation {
	return slices.DeleteFunc(
		[]*huma.Operation{item.Get, item.Post, item.Put, item.Delete},
		func(op *huma.Operation) bool { return op == nil },
	)
}

// contentSchema returns the schema of a body or an answer, nil if it has none.
func contentSchema(content map[string]*huma.MediaType) *huma.Schema {
	for _, media := range content {
		return media.Schema
	}
	return nil
}

// schemaKind returns a schema in a word: the name that it refers to, or its type.
func schemaKind(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Items != nil:
		return schemaKind(s.Items) + "[]"
	case s.Format != "":
		return s.Type + " (" + s.Format + ")"
	}
	return s.Type
}
