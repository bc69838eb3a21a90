// Package cardtest checks messages against Telegram's own rules, for tests. It shares no
// code with what makes the messages.
package cardtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"chamados/bot/chat"
)

var (
	tagForm    = regexp.MustCompile(`^</?[a-z-]+( (expandable|class="tg-spoiler"|href="[^"<>]*"))?>`)
	entityForm = regexp.MustCompile(`^&(lt|gt|amp|quot|#[0-9]+|#x[0-9a-fA-F]+);`)
	tagNames   = []string{
		"a", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote",
		"tg-spoiler", "span", "tg-emoji",
	}
)

// Plain returns what is left of Telegram's HTML when it is read, or what is wrong with it.
func Plain(html string) (string, error) {
	if !utf8.ValidString(html) {
		return "", fmt.Errorf("not UTF-8")
	}
	var out strings.Builder
	var open []string
	for rest := html; rest != ""; {
		switch rest[0] {
		case '<':
			tag := tagForm.FindString(rest)
			name, _, _ := strings.Cut(strings.Trim(tag, "</>"), " ")
			if tag == "" || !slices.Contains(tagNames, name) {
				return "", fmt.Errorf("no tag of Telegram's at %.40q", rest)
			}
			rest = rest[len(tag):]
			if !strings.HasPrefix(tag, "</") {
				if name == "blockquote" && slices.Contains(open, name) {
					return "", fmt.Errorf("a quote inside a quote")
				}
				open = append(open, name)
				continue
			}
			if len(open) == 0 || open[len(open)-1] != name {
				return "", fmt.Errorf("%s closes nothing at %.40q", tag, rest)
			}
			open = open[:len(open)-1]
		case '&':
			entity := entityForm.FindString(rest)
			if entity == "" {
				return "", fmt.Errorf("no entity of Telegram's at %.40q", rest)
			}
			rest = rest[len(entity):]
			out.WriteByte('x')
		case '>', '"':
			if rest[0] == '>' {
				return "", fmt.Errorf("an unescaped > at %.40q", rest)
			}
			out.WriteByte('"')
			rest = rest[1:]
		default:
			_, n := utf8.DecodeRuneInString(rest)
			out.WriteString(rest[:n])
			rest = rest[n:]
		}
	}
	if len(open) > 0 {
		return "", fmt.Errorf("%v is not closed", open)
	}
	return out.String(), nil
}

// Check returns what Telegram would refuse of a message, nil if nothing.
func Check(m chat.Outgoing) error {
	plain, err := Plain(m.Text)
	if err != nil {
		return err
	}
	if n := len(utf16.Encode([]rune(plain))); n < 1 || n > 4096 {
		return fmt.Errorf("%d UTF-16 units of text", n)
	}
	if strings.TrimSpace(plain) == "" {
		return fmt.Errorf("an empty text")
	}
	if n := len([]rune(m.Force)); n > 64 {
		return fmt.Errorf("a placeholder of %d characters", n)
	}
	return keyboard(m.Keyboard)
}

func keyboard(rows [][]chat.Button) error {
	all := 0
	for _, row := range rows {
		if len(row) == 0 || len(row) > 8 {
			return fmt.Errorf("a row of %d buttons", len(row))
		}
		for _, b := range row {
			all++
			if b.Text == "" || len(utf16.Encode([]rune(b.Text))) > 64 || !utf8.ValidString(b.Text) {
				return fmt.Errorf("a button labelled %q", b.Text)
			}
			if (b.Data == "") == (b.URL == "") || len(b.Data) > 64 {
				return fmt.Errorf("button %q has data %q and address %q", b.Text, b.Data, b.URL)
			}
		}
	}
	if all > 100 {
		return fmt.Errorf("%d buttons", all)
	}
	return nil
}
