package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chamados/internal/config/configtest"
	"chamados/internal/doctor"
	"chamados/storage"
)

// predecessorDatabase makes the database of a terminal one of the predecessor.
func (x *terminal) predecessorDatabase(form string) {
	x.t.Helper()
	script := "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
	for _, file := range []string{form, "rows.sql"} {
		text, err := os.ReadFile(filepath.Join("storage", "testdata", file))
		if err != nil {
			x.t.Fatal(err)
		}
		script += string(text)
	}
	execSQL(x.t, os.Getenv("DATABASE_URL"), script)
}

// Moving over needs nothing but the predecessor's .env beside the program.
func TestMovingOverWithThePredecessorsEnvironment(t *testing.T) {
	x := newTerminal(t)
	x.predecessorDatabase("predecessor_first.sql")
	at, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	q := at.Query()
	dotenv := fmt.Sprintf("DB_NAME=%s\nDB_USER=%s\nDB_PASSWORD=segredo#1\nDB_HOST=%s\nDB_PORT=%s\nSECRET_KEY=\"uma-chave-antiga\"\n",
		strings.TrimPrefix(at.Path, "/"), q.Get("user"), q.Get("host"), q.Get("port"))
	if err := os.WriteFile(filepath.Join(filepath.Dir(x.file), ".env"), []byte(dotenv), 0o600); err != nil {
		t.Fatal(err)
	}
	configtest.Unset(t, "DATABASE_URL", "DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT", "SECRET_KEY")
	x.examine().expect(t, "esquema", doctor.Warn, "sistema anterior")
	out := x.must("migrate")
	for _, part := range []string{"sistema anterior foi adotado", "chamados: 3 linhas antes, 3 depois", "usuarios: 3 linhas antes, 3 depois", "colunas novas: ", "tabelas novas: "} {
		if !strings.Contains(out, part) {
			t.Errorf("lacks %q: %s", part, out)
		}
	}
	if out = x.must("migrate"); !strings.Contains(out, "Nada a fazer") {
		t.Error(out)
	}
	if out = x.must("user", "list", "--all"); !strings.Contains(out, "joao@empresa.com") || !strings.Contains(out, "3 contas") {
		t.Error(out)
	}
	var report storage.UpgradeReport
	if err := json.Unmarshal([]byte(x.must("migrate", "--json")), &report); err != nil || report.To == 0 {
		t.Errorf("%+v %v", report, err)
	}
}
