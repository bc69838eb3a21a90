package emulator

import (
	"errors"
	"net/url"
	"strings"
)

// parseAttributes reads name="value" pairs, also unquoted and without a value.
func parseAttributes(s string) (map[string]string, error) {
	out := map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t\n\r")
		if s == "" {
			return out, nil
		}
		i := strings.IndexAny(s, "= \t\n\r")
		if i < 0 {
			i = len(s)
		}
		name := strings.ToLower(s[:i])
		if name == "" {
			return nil, errors.New("Empty attribute name") //nolint:staticcheck // Telegram's wording
		}
		s = strings.TrimLeft(s[i:], " \t\n\r")
		if !strings.HasPrefix(s, "=") {
			out[name] = ""
			continue
		}
		value, rest, err := attributeValue(strings.TrimLeft(s[1:], " \t\n\r"))
		if err != nil {
			return nil, err
		}
		out[name], s = value, rest
	}
}

func attributeValue(s string) (value, rest string, err error) {
	if s == "" {
		return "", "", errors.New("Unclosed start tag") //nolint:staticcheck
	}
	if q := s[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(s[1:], q)
		if end < 0 {
			return "", "", errors.New("Unclosed start tag") //nolint:staticcheck
		}
		value, rest = s[1:1+end], s[end+2:]
	} else {
		end := strings.IndexAny(s, " \t\n\r")
		if end < 0 {
			end = len(s)
		}
		value, rest = s[:end], s[end:]
	}
	value, err = unescape(value)
	return value, rest, err
}

func unescape(s string) (string, error) {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		// Telegram, too, leaves an ampersand of a URL's query as it is.
		r, size, ok := decodeEntity(s[i:])
		if !ok {
			r, size = '&', 1
		}
		b.WriteRune(r)
		s = s[i+size:]
	}
	return b.String(), nil
}

// checkURL accepts what Telegram takes for a link and completes a missing scheme.
func checkURL(raw string) (string, bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" || strings.ContainsAny(raw, " \n\t\x00<>\"") {
		return "", false
	}
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "tg", "ton":
		return raw, u.Host != ""
	case "http", "https":
		host := u.Hostname()
		dot := strings.LastIndexByte(host, '.')
		return raw, dot > 0 && dot < len(host)-1
	}
	return "", false
}
