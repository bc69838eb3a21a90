package config

import (
	"strings"
	"testing"
	"time"
)

func TestDurationsAreShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 30 * time.Second: "30s", 2 * time.Minute: "2m", 2 * time.Hour: "2h", 90 * time.Minute: "1h30m", 10 * time.Hour: "10h", 100 * time.Minute: "1h40m",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestSummaryNamesEverySettingAndNoSecret(t *testing.T) {
	c := Config{
		Secret:   "segredo-a",
		Telegram: Telegram{Token: "1:segredo-b", APIURL: "https://ana:segredo-c@bot.example.com/x"},
		Database: Database{URL: "postgres://segredo-d", Password: "segredo-e"},
		Admin:    Admin{Email: "ti@exemplo.com.br", Password: "segredo-f"},
	}
	seen := map[string]bool{}
	for _, s := range c.Summary() {
		seen[s.Name] = true
		if strings.Contains(s.Value, "segredo") {
			t.Errorf("%s shows %q", s.Name, s.Value)
		}
		if s.Name == "secret_key" && !(s.Secret && s.Set) || s.Name == "admin.email" && s.Value != "ti@exemplo.com.br" {
			t.Errorf("%+v", s)
		}
	}
	for name := range defaults {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
}
