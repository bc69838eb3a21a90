package flow

import "unicode"

// WholeCluster moves a cut before runes[cut] back so that it does not split what is seen as
// one character: letters with marks, joined emoji, flags.
func WholeCluster(runes []rune, cut int) int {
	for cut > 0 && cut < len(runes) && joins(runes[cut-1], runes[cut]) {
		cut--
	}
	return cut
}

func joins(before, r rune) bool {
	const joiner = '\u200d'
	return unicode.Is(unicode.M, r) || r == joiner || before == joiner || isSkinTone(r) || isTag(r) ||
		isFlagHalf(before) && isFlagHalf(r)
}

func isSkinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }
func isTag(r rune) bool      { return r >= 0xE0020 && r <= 0xE007F }
func isFlagHalf(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
