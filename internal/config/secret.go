package config

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// Secret is a setting that never appears in logs or messages.
type Secret string

// String returns a placeholder.
func (s Secret) String() string {
	if s == "" {
		return "(not set)"
	}
	return "(set, hidden)"
}

// LogValue keeps the value out of structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Bounds of SECRET_KEY in characters. Shorter than minSecret it can be guessed and is
// refused; RFC 7518, 3.2 asks for 256 bits, so less than GoodSecret is warned about.
const (
	minSecret  = 8
	GoodSecret = 32
)

// SigningKey returns the configured key or, where none is, the one kept in the data
// directory, made on first use and readable by its owner only.
func (c Config) SigningKey() ([]byte, error) {
	if c.Secret != "" {
		return []byte(c.Secret), nil
	}
	file := filepath.Join(c.DataDir, "secret.key")
	data, err := os.ReadFile(file)
	if err == nil {
		key := strings.TrimSpace(string(data))
		if len(key) < GoodSecret {
			return nil, fmt.Errorf("%s is damaged: remove it, and everybody logs in again", file)
		}
		return []byte(key), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return createSecret(file)
}

// createSecret writes a new key without ever leaving half of one behind.
func createSecret(file string) ([]byte, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	key := hex.EncodeToString(raw)
	temp := file + ".new"
	if err := os.WriteFile(temp, []byte(key+"\n"), 0o600); err != nil {
		return nil, err
	}
	return []byte(key), os.Rename(temp, file)
}
