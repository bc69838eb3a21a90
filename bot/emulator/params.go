package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
)

const maxRequest = 60 << 20

// params are the arguments of one call, whatever form they came in.
type params struct {
	values map[string]string
	files  map[string]File
}

// parseParams reads the query and a multipart, urlencoded or JSON body.
func parseParams(r *http.Request) (params, error) {
	p := params{values: map[string]string{}, files: map[string]File{}}
	for name, values := range r.URL.Query() {
		p.values[name] = values[0]
	}
	kind, attrs, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	body := io.LimitReader(r.Body, maxRequest)
	switch kind {
	case "multipart/form-data":
		return p, p.readMultipart(multipart.NewReader(body, attrs["boundary"]))
	case "application/json":
		return p, p.readJSON(body)
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return p, err
		}
		for name, values := range r.PostForm {
			p.values[name] = values[0]
		}
	}
	// The rest of the body must be read for the server to notice a client that goes away.
	_, err = io.Copy(io.Discard, body)
	return p, err
}

func (p params) readMultipart(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil // a body without any part, too: that is how the bot library calls getMe
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			p.values[part.FormName()] = string(data)
			continue
		}
		p.files[part.FormName()] = File{Name: part.FileName(), MIME: part.Header.Get("Content-Type"), Data: data}
	}
}

func (p params) readJSON(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil || len(bytes.TrimSpace(data)) == 0 {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		p.values[name] = text
	}
	return nil
}

func (p params) get(name string) string { return p.values[name] }

// int returns 0 for an absent parameter.
func (p params) int(name string) (int64, error) {
	v := p.values[name]
	if v == "" || v == "null" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return 0, badRequest("invalid %s specified", name)
	}
	return n, nil
}

func (p params) bool(name string) bool {
	v := p.values[name]
	return v == "1" || v == "true" || v == "True"
}

// json decodes a JSON parameter and reports whether it was there.
func (p params) json(name string, into any) (bool, error) {
	v := p.values[name]
	if v == "" || v == "null" {
		return false, nil
	}
	if err := json.Unmarshal([]byte(v), into); err != nil {
		return false, badRequest("can't parse %s JSON object", name)
	}
	return true, nil
}
