package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chamados/domain"
	"chamados/internal/config/configtest"
)

// go test ./internal/config -update writes the golden file anew.
var update = flag.Bool("update", false, "write golden files")

// What is wrong with settings is said with the setting's name, its variable and what would be right, in the
// language of whoever reads it; secrets are not shown.
func TestProblemsAreToldInBothLanguages(t *testing.T) {
	var out strings.Builder
	for _, c := range []struct{ yaml, dotenv string }{
		{yaml: "http: {addr: nowhere, public_url: 'ftp://x', trusted_proxies: [127.0.0.1, nginx], requests_per_person: 0, max_websockets: 0, metrics_token: segredo}"},
		{yaml: "secret_key: segredo\ndesk: {language: fr, timezone: Marte/Base}\nauth: {token_minutes: 0}"},
		{yaml: "telegram: {token: segredo-sem-forma, webhook_url: 'http://x.example', workers: 0}"},
		{yaml: "telegram: {api_url: x}"},
		{yaml: "telegram: {groups: [{chat_id: 5}, {chat_id: -5, topic: -1}, {chat_id: -5, topic: -1, categories: [casa]}]}"},
		{yaml: "database: {url: 'mysql://u:segredo@h/d', port: 99999, max_connections: 1}"},
		{yaml: "database: {read_url: 'mysql://u:segredo@h/d'}\nattachments: {store: disk, megabytes_per_day: -1}\nadmin: {email: a@b.c}\nlog: {level: loud, format: xml}"},
		{yaml: "mail: {from: 'TI <ti@x>', graph_url: x, login_url: y, smtp_url: 'imap://u:segredo@h'}\nsignup: {allowed_domains: ['*.com']}"},
		{yaml: "calendar: {hours: {feriado: ['08:00-12:00']}}"},
		{yaml: "calendar: {hours: {mon: ['8h-12h', '12:00-08:00']}, holidays: ['31/12']}"},
		{yaml: "calendar: {hours: {mon: ['08:00-12:00', '11:00-13:00']}}"},
		{yaml: "calendar: {hours: {mon: []}}"},
		{yaml: "sla: {warn_at: 100, targets: {urgent: {response: 1h}}}"},
		{yaml: "sla: {targets: {alta: {response: -1h}}, categories: {casa: {alta: {response: 1h}}}}"},
		{yaml: "care: {waiting_days: -1, close_after_days: 400, urgent_every: 1s}\nnotices: {per_minute: -1, gather: 2m}"},
		{yaml: "digests: {group: 'às oito', grace: 48h}"},
		{yaml: "tipo: x\nhttp: {adress: x}\nsla: {targets: {alta: {answer: 1h}}}"},
		{yaml: "database: {port: muitas}\nsla: {enabled: talvez, targets: {alta: {response: logo}}}\nhttp: [x]"},
		{dotenv: "TELEGRAM_CHAT_ID=grupo da TI\n"},
		{dotenv: "DB_HOST=db\nsem sinal de igual\n"},
		{yaml: "http: {addr: x"},
	} {
		configtest.Unset(t, "TELEGRAM_CHAT_ID", "DB_HOST")
		file := configtest.File(t, c.yaml, c.dotenv)
		_, err := Load(file, false)
		bad, ok := errors.AsType[Problems](err)
		if !ok {
			t.Errorf("%s%s: %v", c.yaml, c.dotenv, err)
			continue
		}
		out.WriteString("=== " + strings.ReplaceAll(strings.TrimSpace(c.yaml+c.dotenv), "\n", "\n    ") + "\n")
		for _, lang := range domain.Langs {
			out.WriteString("--- " + string(lang) + "\n" + strings.ReplaceAll(bad.Text(lang), filepath.Dir(file), "DIR") + "\n")
		}
	}
	said := out.String()
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "    ") && (strings.Contains(line, "segredo") || strings.Contains(line, "misconfigured")) {
			t.Errorf("says %s", line)
		}
	}
	const golden = "testdata/problems.golden"
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(said), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), said); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatIsNotThereIsNamed(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "outro.yaml"), false)
	if err == nil || !strings.Contains(err.Error(), "outro.yaml does not exist") {
		t.Error(err)
	}
}
