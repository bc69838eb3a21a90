package emulator

import (
	"regexp"
	"slices"
	"strings"
)

var detectors = []struct {
	kind    string
	pattern *regexp.Regexp
}{
	{"url", regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:!?)]|\bt\.me/[\w/?=&%-]+`)},
	{"email", regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)},
	{"bot_command", regexp.MustCompile(`/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]{3,32})?`)},
	{"mention", regexp.MustCompile(`@[A-Za-z0-9_]{4,32}`)},
	{"hashtag", regexp.MustCompile(`#[\p{L}0-9_]*[\p{L}_][\p{L}0-9_]*`)},
}

// detect adds the entities that Telegram finds by itself in what is not code and not already a link.
func detect(text string, entities []Entity) []Entity {
	taken := slices.Clone(entities)
	taken = slices.DeleteFunc(taken, func(e Entity) bool { return e.Type != "code" && e.Type != "pre" && e.Type != "text_link" })
	for _, d := range detectors {
		for _, at := range d.pattern.FindAllStringIndex(text, -1) {
			e := Entity{Type: d.kind, Offset: utf16Len(text[:at[0]]), Length: utf16Len(text[at[0]:at[1]])}
			overlaps := func(o Entity) bool { return e.Offset < o.Offset+o.Length && o.Offset < e.Offset+e.Length }
			if !wordBefore(text[:at[0]]) && !slices.ContainsFunc(taken, overlaps) {
				entities, taken = append(entities, e), append(taken, e)
			}
		}
	}
	slices.SortStableFunc(entities, compareEntities)
	return entities
}

func wordBefore(before string) bool {
	if before == "" {
		return false
	}
	r := []rune(before[max(0, len(before)-4):])
	last := r[len(r)-1]
	return !strings.ContainsRune(" \n\t([{\"'«“.,;:!?—–-", last)
}
