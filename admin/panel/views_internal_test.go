package panel

import (
	"testing"

	"chamados/domain"
)

// Pages are parsed when they are first shown: a mistake in one must not wait for that.
func TestEveryPageCanBeParsed(t *testing.T) {
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	p := &Panel{assets: a}
	p.fillDefaults()
	for _, lang := range domain.Langs {
		for _, name := range pages {
			if _, err := p.newViews()[lang][name](); err != nil {
				t.Errorf("%s: %v", lang, err)
			}
		}
	}
}
