package emulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var entityOfTag = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
	"span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
	"tg-emoji": "custom_emoji",
}

// parseHTML reads Telegram's HTML and returns the trimmed text with its entities.
func parseHTML(source string) (string, []Entity, error) {
	p := htmlParser{src: source}
	for p.pos < len(source) {
		if err := p.step(); err != nil {
			return "", nil, fmt.Errorf("can't parse entities: %w", err)
		}
	}
	if len(p.open) > 0 {
		tag := p.open[len(p.open)-1].name
		return "", nil, fmt.Errorf("can't parse entities: Can't find end tag corresponding to start tag %q", tag)
	}
	text, entities := trimFormatted(p.text.String(), p.entities)
	return text, normalize(entities), nil
}

type htmlParser struct {
	src      string
	pos      int
	text     strings.Builder
	length   int // of text in UTF-16 units
	open     []openTag
	entities []Entity
}

type openTag struct {
	name   string
	entity Entity
}

func (p *htmlParser) step() error {
	switch rest := p.src[p.pos:]; rest[0] {
	case '<':
		return p.tag()
	case '&':
		r, size, ok := decodeEntity(rest)
		if !ok {
			return fmt.Errorf("Unsupported HTML entity at byte offset %d", p.pos) //nolint:staticcheck // Telegram's wording
		}
		p.pos += size
		p.add(r)
	default:
		r, size := utf8.DecodeRuneInString(rest)
		p.pos += size
		p.add(r)
	}
	return nil
}

func (p *htmlParser) add(r rune) {
	switch {
	case r == '\r':
		return
	case r < ' ' && r != '\n':
		r = ' '
	}
	p.text.WriteRune(r)
	p.length += utf16.RuneLen(r)
}

// decodeEntity reads one of the four named entities or a numeric one.
func decodeEntity(s string) (r rune, size int, ok bool) {
	end := strings.IndexByte(s[:min(len(s), 12)], ';')
	if end < 0 {
		return 0, 0, false
	}
	name := s[1:end]
	if named, found := map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}[name]; found {
		return named, end + 1, true
	}
	digits, found := strings.CutPrefix(name, "#")
	if !found {
		return 0, 0, false
	}
	base := 10
	if hex, found := strings.CutPrefix(digits, "x"); found {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return 0, 0, false
	}
	return rune(n), end + 1, true
}

func (p *htmlParser) tag() error {
	start := p.pos
	end := tagEnd(p.src[start:])
	if end < 0 {
		return fmt.Errorf("Unclosed start tag at byte offset %d", start) //nolint:staticcheck
	}
	body := p.src[start+1 : start+end]
	p.pos = start + end + 1
	if name, closing := strings.CutPrefix(body, "/"); closing {
		return p.closeTag(strings.ToLower(strings.TrimSpace(name)), start)
	}
	name, rest := splitName(body)
	attrs, err := parseAttributes(rest)
	if err != nil {
		return fmt.Errorf("%w in the tag %q at byte offset %d", err, name, start)
	}
	entity, err := p.newEntity(name, attrs, start)
	if err != nil {
		return err
	}
	p.open = append(p.open, openTag{name: name, entity: entity})
	return nil
}

// tagEnd returns the index of the ">" that ends the tag at the start of s, or -1.
func tagEnd(s string) int {
	var quote byte
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

func splitName(body string) (name, rest string) {
	if i := strings.IndexAny(body, " \t\n\r"); i >= 0 {
		return strings.ToLower(body[:i]), body[i:]
	}
	return strings.ToLower(body), ""
}

func (p *htmlParser) newEntity(name string, attrs map[string]string, at int) (Entity, error) {
	kind, known := entityOfTag[name]
	if !known {
		return Entity{}, fmt.Errorf("Unsupported start tag %q at byte offset %d", name, at) //nolint:staticcheck
	}
	e := Entity{Type: kind, Offset: p.length}
	_, expandable := attrs["expandable"]
	switch {
	case name == "span" && attrs["class"] != "tg-spoiler":
		return Entity{}, fmt.Errorf("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", at) //nolint:staticcheck
	case name == "a":
		e.URL = attrs["href"]
	case name == "blockquote" && expandable:
		e.Type = "expandable_blockquote"
	case name == "code" && strings.HasPrefix(attrs["class"], "language-"):
		e.Language = strings.TrimPrefix(attrs["class"], "language-")
	case name == "tg-emoji":
		e.EmojiID = attrs["emoji-id"]
		if _, err := strconv.ParseUint(e.EmojiID, 10, 64); err != nil {
			return Entity{}, fmt.Errorf("Invalid custom emoji identifier specified at byte offset %d", at) //nolint:staticcheck
		}
	}
	return e, nil
}

func (p *htmlParser) closeTag(name string, at int) error {
	if len(p.open) == 0 {
		return fmt.Errorf("Unexpected end tag at byte offset %d", at) //nolint:staticcheck
	}
	last := p.open[len(p.open)-1]
	if name != "" && name != last.name {
		return fmt.Errorf("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", at, last.name, name) //nolint:staticcheck
	}
	p.open = p.open[:len(p.open)-1]
	e := last.entity
	e.Length = p.length - e.Offset
	if e.Type == "text_link" && e.URL == "" {
		e.URL = string(utf16.Decode(utf16.Encode([]rune(p.text.String()))[e.Offset:]))
	}
	if e.Type == "text_link" {
		url, ok := checkURL(e.URL)
		if !ok {
			return nil // Telegram keeps the text and drops a link that it does not like
		}
		e.URL = url
	}
	if e.Length > 0 {
		p.entities = append(p.entities, e)
	}
	return nil
}

// normalize sorts entities from the outside in and drops those that Telegram does not nest.
func normalize(in []Entity) []Entity {
	in = mergeCodeLanguage(in)
	slices.SortStableFunc(in, compareEntities)
	var out []Entity
	for _, e := range in {
		if !slices.ContainsFunc(out, func(o Entity) bool { return covers(o, e) && excludes(o, e) }) {
			out = append(out, e)
		}
	}
	return out
}

func compareEntities(a, b Entity) int {
	if a.Offset != b.Offset {
		return a.Offset - b.Offset
	}
	if a.Length != b.Length {
		return b.Length - a.Length
	}
	return rank(a.Type) - rank(b.Type)
}

// rank orders entities of equal extent; code comes last but excludes whatever is inside of it.
func rank(kind string) int {
	order := []string{"blockquote", "expandable_blockquote", "pre", "code", "text_link", "bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji"}
	return slices.Index(order, kind)
}

func covers(o, e Entity) bool {
	return o.Offset <= e.Offset && e.Offset+e.Length <= o.Offset+o.Length
}

func excludes(outer, inner Entity) bool {
	quote := func(e Entity) bool { return strings.HasSuffix(e.Type, "blockquote") }
	return outer.Type == inner.Type || outer.Type == "pre" || outer.Type == "code" || quote(outer) && quote(inner)
}

// mergeCodeLanguage turns <pre><code class="language-x"> into one pre entity with a language.
func mergeCodeLanguage(in []Entity) []Entity {
	for i, e := range in {
		if e.Type != "pre" {
			continue
		}
		for _, c := range in {
			if c.Type == "code" && c.Language != "" && c.Offset == e.Offset && c.Length == e.Length {
				in[i].Language = c.Language
			}
		}
	}
	for i := range in {
		if in[i].Type == "code" {
			in[i].Language = ""
		}
	}
	return in
}

// trimFormatted cuts white space at both ends and moves the entities accordingly.
func trimFormatted(text string, entities []Entity) (string, []Entity) {
	left := strings.TrimLeft(text, " \n")
	cut := utf16Len(text) - utf16Len(left)
	left = strings.TrimRight(left, " \n")
	end := utf16Len(left)
	var out []Entity
	for _, e := range entities {
		from, to := max(e.Offset-cut, 0), min(e.Offset+e.Length-cut, end)
		if from < to {
			e.Offset, e.Length = from, to-from
			out = append(out, e)
		}
	}
	return left, out
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
