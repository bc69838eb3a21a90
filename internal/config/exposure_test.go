package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSecretsInReadableFilesAreSeen(t *testing.T) {
	for text, want := range map[string]bool{
		"DB_PASSWORD=x\n": true, "DB_PASSWORD=\n": false, "telegram:\n  token: 1:a\n": true, "telegram:\n  token: \"\"\n": false, "http: {}\n": false,
	} {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := holdsSecrets(file); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:8000": false, "[::1]:8000": false, "localhost:1": false, "0.0.0.0:8000": true, ":8000": true, "10.0.0.5:80": true,
	} {
		if got := Public(addr); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}
