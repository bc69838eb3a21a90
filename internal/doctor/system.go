package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"chamados/internal/config"
)

// examplePublicURL is what .env.example has, for somebody to replace.
const examplePublicURL = "https://chamados.example.com"

// Bounds that the doctor judges by.
const (
	checkTimeout = 20 * time.Second
	littleDisk   = 1 << 30   // bytes
	noDisk       = 100 << 20 // bytes
	smallSkew    = 5 * time.Second
	largeSkew    = time.Minute
)

// files looks whether others can read what is secret.
func (d *doctor) files() {
	open := config.OpenSecrets(d.o.File)
	for _, file := range open {
		d.warn("arquivos", "open", "Path", file)
	}
	if len(open) == 0 {
		d.ok("arquivos", "ok")
	}
}

// dataDir looks whether the data directory can be written to and has room.
func (d *doctor) dataDir() {
	dir := d.config.DataDir
	info, err := os.Stat(dir)
	if errors.Is(err, os.ErrNotExist) {
		d.ok("disco", "absent", "Path", dir)
		if dir, err = filepath.Abs(dir); err != nil {
			return
		}
		dir = filepath.Dir(dir)
	} else if err != nil || !info.IsDir() {
		d.fail("disco", "not_a_directory", "Path", dir)
		return
	}
	free, err := room(dir)
	args := []any{"Path", dir, "Free", mebibytes(free), "Error", causeOf(err)}
	switch {
	case err != nil:
		d.fail("disco", "not_writable", args...)
	case free < noDisk:
		d.fail("disco", "full", args...)
	case free < littleDisk:
		d.warn("disco", "little", args...)
	default:
		d.ok("disco", "ok", args...)
	}
}

// room returns how many bytes may be written into a directory, or why none.
func room(dir string) (free int64, err error) {
	probe, err := os.CreateTemp(dir, ".doctor-")
	if err != nil {
		return 0, err
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return 0, err
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * fs.Bsize, nil
}

// attachments looks at the directory for contents that are not in the database.
func (d *doctor) attachments() {
	dir := d.config.AttachmentsDir()
	info, err := os.Stat(dir)
	absent := errors.Is(err, os.ErrNotExist)
	if absent && !d.config.Files.Outside() {
		return // nothing is or was kept there
	}
	args := []any{"Path", dir, "Error", causeOf(err)}
	switch {
	case absent:
		d.warn("anexos", "absent", args...)
		return
	case err != nil || !info.IsDir():
		d.fail("anexos", "not_a_directory", args...)
		return
	case info.Mode().Perm()&0o004 != 0:
		d.warn("anexos", "open", args...)
	}
	free, err := room(dir)
	args = []any{"Path", dir, "Free", mebibytes(free), "Error", causeOf(err)}
	switch {
	case err != nil:
		d.fail("anexos", "not_writable", args...)
	case d.config.Files.Outside() && free < noDisk:
		d.fail("anexos", "full", args...)
	case d.config.Files.Outside() && free < littleDisk:
		d.warn("anexos", "little", args...)
	default:
		d.ok("anexos", "ok", args...)
	}
}

func mebibytes(n int64) int64 { return n >> 20 }

func (d *doctor) secretKey() {
	file := filepath.Join(d.config.DataDir, "secret.key")
	info, err := os.Stat(file)
	switch {
	case d.config.Secret != "" && len(d.config.Secret) < config.GoodSecret:
		d.warn("chave", "short", "Min", config.GoodSecret)
	case d.config.Secret != "":
		d.ok("chave", "set")
	case errors.Is(err, os.ErrNotExist):
		d.ok("chave", "later", "Path", file)
	case err == nil && info.Mode().Perm()&0o077 != 0:
		d.warn("chave", "open", "Path", file)
	default:
		if _, err := d.config.SigningKey(); err != nil {
			d.fail("chave", "damaged", "Path", file)
			return
		}
		d.ok("chave", "kept", "Path", file)
	}
}

// address looks whether people reach the panel safely.
func (d *doctor) address() {
	c := d.config.HTTP
	switch {
	case config.Public(c.Addr) && !strings.HasPrefix(c.PublicURL, "https://"):
		d.warn("endereco", "no_tls", "Addr", c.Addr)
	case c.PublicURL == "":
		d.warn("endereco", "local", "Addr", c.Addr)
	case strings.TrimRight(c.PublicURL, "/") == examplePublicURL:
		d.warn("endereco", "example", "URL", c.PublicURL)
	default:
		d.ok("endereco", "ok", "URL", c.PublicURL)
	}
}

// service asks the program, if it runs here.
func (d *doctor) service(ctx context.Context) {
	base, err := d.config.HTTP.Local()
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/health", nil)
	if err != nil {
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.ok("servico", "stopped", "Addr", d.config.HTTP.Addr)
		return
	}
	defer resp.Body.Close()
	var health struct{ Status, Version string }
	switch err := json.NewDecoder(resp.Body).Decode(&health); {
	case err != nil || health.Status == "":
		d.fail("servico", "foreign", "Addr", d.config.HTTP.Addr)
	case resp.StatusCode != http.StatusOK:
		d.fail("servico", "ill", "Status", health.Status)
	case health.Version != d.o.Version:
		d.warn("servico", "version", "Running", health.Version, "Version", d.o.Version)
	default:
		d.ok("servico", "ok", "Version", health.Version)
	}
}

// skew reports how far another clock is from ours.
func (d *doctor) skew(whose string, theirs time.Time, tolerance time.Duration) {
	off := time.Since(theirs).Abs()
	args := []any{"Whose", text(d.o.Lang, "relogio."+whose), "Seconds", int(off.Seconds())}
	switch {
	case off > largeSkew:
		d.fail("relogio", "wrong", args...)
	case off > tolerance:
		d.warn("relogio", "off", args...)
	default:
		d.ok("relogio", "ok", args...)
	}
}
