package emulator

import (
	"reflect"
	"strings"
	"testing"
)

func TestHTMLIsRefused(t *testing.T) {
	for source, want := range map[string]string{
		"<br>": "Unsupported start tag", "a<b": "Unclosed start tag", "<b>x": "Can't find end tag",
		"x</b>": "Unexpected end tag", "<b><i>x</b></i>": "Unmatched end tag", "a & b": "Unsupported HTML entity",
		"&nbsp;": "Unsupported HTML entity", "<span>x</span>": "Tag \"span\" must have class", "1 < 2": "Unclosed start tag",
		"<p>x</p>": "Unsupported start tag", "<h1>": "Unsupported start tag", "&#0;": "Unsupported HTML entity",
	} {
		if _, _, err := parseHTML(source); err == nil || !strings.Contains(err.Error(), "can't parse entities: "+want) {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}

func TestHTMLEntities(t *testing.T) {
	for _, c := range []struct {
		source, text string
		want         []Entity
	}{
		{"😀<b>n<i>e</i></b>", "😀ne", []Entity{{Type: "bold", Offset: 2, Length: 2}, {Type: "italic", Offset: 3, Length: 1}}},
		{"  <b> x </b>\n", "x", []Entity{{Type: "bold", Length: 1}}},
		{"&lt;b&gt; &amp;&quot;&#39;&#x1F600;", `<b> &"'😀`, nil},
		{`<a href="https://a.br/?x=1&y=2">l</a>`, "l", []Entity{{Type: "text_link", Length: 1, URL: "https://a.br/?x=1&y=2"}}},
		{`<a href="javascript:x">l</a>`, "l", nil},
		{`<pre><code class="language-go">x</code></pre>`, "x", []Entity{{Type: "pre", Length: 1, Language: "go"}}},
		{"<blockquote expandable>x</blockquote>", "x", []Entity{{Type: "expandable_blockquote", Length: 1}}},
		{`<span class="tg-spoiler">x</span>`, "x", []Entity{{Type: "spoiler", Length: 1}}},
	} {
		text, got, err := parseHTML(c.source)
		if err != nil || text != c.text || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q %+v %v", c.source, text, got, err)
		}
	}
}

func TestDetectedEntities(t *testing.T) {
	text := "/novo@ti_bot é @ana_s ou a@b.com.br em https://x.br/y. #rede e/não"
	var got []string
	for _, e := range detect(text, nil) {
		got = append(got, e.Type)
	}
	if want := "bot_command mention email url hashtag"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<b>a</b>&amp;", "<a href='x.br'>😀</a>", "<pre><code class=language-x>a</code></pre>", "<u><u>a</u></u> ", "<blockquote><b>\r\n</b>x</blockquote>", "<code>a<b>c</b></code>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		source = strings.ToValidUTF8(source, "?")
		text, entities, err := parseHTML(source)
		if err != nil {
			return
		}
		again, second, err := parseHTML(renderHTML(text, entities))
		if err != nil || again != text || !reflect.DeepEqual(second, entities) {
			t.Errorf("%q → %q %+v → %q → %q %+v %v", source, text, entities, renderHTML(text, entities), again, second, err)
		}
	})
}
