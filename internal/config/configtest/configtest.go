// Package configtest makes settings for tests.
package configtest

import (
	"os"
	"path/filepath"
	"testing"
)

// File writes a config.yaml and a .env into a directory of their own.
func File(t *testing.T, yaml, dotenv string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"config.yaml": yaml, ".env": dotenv} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "config.yaml")
}

// Unset removes variables for the test and after it, since .env files set them for good.
func Unset(t *testing.T, names ...string) {
	for _, name := range names {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
}
