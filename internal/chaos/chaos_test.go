package main

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The short form: the shipped program, half a minute of trouble, nothing lost and nothing twice.
func TestShortForm(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute with real processes")
	}
	s := &suite{binary: build(t), seed: rand.Uint64N(1_000_000), short: true, lanes: 2, only: regexp.MustCompile(""), say: t.Logf}
	total, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !total.good() || total.updates.due == 0 || total.requests.due == 0 || total.messages.due == 0 || total.kills == 0 {
		t.Errorf("lost or twice, or nothing happened: %+v", total)
	}
}

// build makes the program as `make build` does.
func build(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	watch(t, root)
	binary := filepath.Join(t.TempDir(), "chamados")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// watch looks at what the program is made of, so that go test's cache knows when that changes.
func watch(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return fs.SkipDir
		}
		_, err = os.Stat(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTally(t *testing.T) {
	var f figures
	f.messages.count(1, false)
	f.messages.count(2, true)
	if !f.good() {
		t.Errorf("%+v", f)
	}
	for _, spoil := range []func(*figures){
		func(f *figures) { f.messages.count(0, false) }, func(f *figures) { f.updates.count(2, false) },
		func(f *figures) { f.requests.count(0, true) }, func(f *figures) { f.answers.add(tally{lost: 1}) },
		func(f *figures) { f.cards.count(0, false) }, func(f *figures) { f.mails.count(3, false) },
		func(f *figures) { f.fault("x") },
	} {
		bad := f
		spoil(&bad)
		var total figures
		total.add(bad)
		if bad.good() || total.good() {
			t.Errorf("passes: %+v", bad)
		}
	}
}
