package emulator

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;")

// renderHTML is the inverse of parseHTML. Entities that Telegram finds by itself (commands, plain links)
// have no tags.
func renderHTML(text string, entities []Entity) string {
	units := utf16.Encode([]rune(text))
	opening, closing := map[int][]string{}, map[int][]string{}
	for _, e := range entities {
		start, end := tagsOf(e)
		if start == "" {
			continue
		}
		opening[e.Offset] = append(opening[e.Offset], start)
		closing[e.Offset+e.Length] = append(closing[e.Offset+e.Length], end)
	}
	var b strings.Builder
	from := 0
	flush := func(to int) {
		b.WriteString(htmlEscaper.Replace(string(utf16.Decode(units[from:to]))))
		from = to
	}
	for i := 0; i <= len(units); i++ {
		if len(closing[i]) == 0 && len(opening[i]) == 0 {
			continue
		}
		flush(i)
		slices.Reverse(closing[i])
		b.WriteString(strings.Join(closing[i], "") + strings.Join(opening[i], ""))
	}
	flush(len(units))
	return b.String()
}

func tagsOf(e Entity) (start, end string) {
	plain := map[string]string{
		"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "tg-spoiler",
		"code": "code", "blockquote": "blockquote",
	}
	if tag := plain[e.Type]; tag != "" {
		return "<" + tag + ">", "</" + tag + ">"
	}
	switch e.Type {
	case "expandable_blockquote":
		return "<blockquote expandable>", "</blockquote>"
	case "text_link":
		return fmt.Sprintf(`<a href="%s">`, htmlEscaper.Replace(e.URL)), "</a>"
	case "custom_emoji":
		return fmt.Sprintf(`<tg-emoji emoji-id="%s">`, e.EmojiID), "</tg-emoji>"
	case "pre":
		if e.Language != "" {
			return fmt.Sprintf(`<pre><code class="language-%s">`, htmlEscaper.Replace(e.Language)), "</code></pre>"
		}
		return "<pre>", "</pre>"
	}
	return "", ""
}
