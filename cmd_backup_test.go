package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chamados/storage/pgtest"
)

func TestBackupAndRestoreOfTheCommandLine(t *testing.T) {
	x := exportedDesk(t)
	file := filepath.Join(t.TempDir(), "chamados.backup")
	if out, said, code := x.run("backup", file); code != 0 || out != "" || !strings.Contains(said, file) {
		t.Errorf("status %d, says %q, %q", code, out, said)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	x.refused("já existe", "backup", file)
	x.refused("não está vazio", "restore", file)
	x.refused("absent", "restore", "absent")

	t.Setenv("DATABASE_URL", pgtest.EmptyURL(t))
	x.refused("danificado", "restore", x.file)
	x.must("restore", file)
	x.must("migrate")
	if u, err := x.desk().desk.AccountByEmail(t.Context(), "ana@example.com"); err != nil || u.Name != "Ana" {
		t.Errorf("%+v, %v", u, err)
	}
}

// A backup may pass through pipes, as it does out of a container.
func TestBackupThroughPipes(t *testing.T) {
	x := exportedDesk(t)
	x.in = x.must("backup", "-")
	t.Setenv("DATABASE_URL", pgtest.EmptyURL(t))
	x.must("restore", "-")
	x.must("migrate")
	if u, err := x.desk().desk.AccountByEmail(t.Context(), "ana@example.com"); err != nil || u.Name != "Ana" {
		t.Errorf("%+v, %v", u, err)
	}
	x.refused("não está vazio", "restore", "-")
}

// The private PostgreSQL is saved while it runs and put back into a new data directory, as root too.
func TestBackupOfThePrivateDatabase(t *testing.T) {
	x := newTerminal(t, "DATABASE_URL", "", "DATA_DIR", pgtest.DataDir(t))
	file := filepath.Join(t.TempDir(), "chamados.backup")
	x.must("user", "add", "ana@example.com", "--name", "Ana", "--role", "ti", "--generate")
	x.desk() // holds it open, as the service does
	x.must("backup", file)
	t.Setenv("DATA_DIR", pgtest.DataDir(t))
	x.must("restore", file)
	x.refused("não está vazio", "restore", file)
}

func TestBackupOfADatabaseThatHoldsNoDesk(t *testing.T) {
	x := newTerminal(t, "DATABASE_URL", pgtest.EmptyURL(t))
	file := filepath.Join(t.TempDir(), "chamados.backup")
	x.refused("não há nada do Chamados neste banco de dados", "backup", file)
	x.refused("holds nothing of Chamados", "backup", file, "--lang", "en")
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("a file was left behind: %v", err)
	}
}
