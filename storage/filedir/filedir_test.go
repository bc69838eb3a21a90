package filedir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func open(t *testing.T) (*Dir, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a", "b")
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, path
}

func found(t *testing.T, d *Dir) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	if err := d.Each(t.Context(), func(f File) error { out[f.Name] = f.Size; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatIsWrittenIsReadListedAndRemoved(t *testing.T) {
	d, path := open(t)
	name := NewName()
	if err := d.Write(name, strings.NewReader("conteúdo")); err != nil {
		t.Fatal(err)
	}
	r, err := d.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if text, err := io.ReadAll(r); string(text) != "conteúdo" || err != nil {
		t.Errorf("%q %v", text, err)
	}
	if got := found(t, d); len(got) != 1 || got[name] != 9 {
		t.Errorf("found %v", got)
	}
	if err := d.Write(name, strings.NewReader("outro")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written twice: %v", err)
	}
	if info, err := os.Stat(filepath.Join(path, name[:2], name)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	for range 2 {
		if err := d.Remove(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := d.Read(name); !errors.Is(err, fs.ErrNotExist) || len(found(t, d)) != 0 {
		t.Errorf("after removal: %v", err)
	}
}

func TestAWriteThatFailsLeavesNothing(t *testing.T) {
	d, _ := open(t)
	trouble := errors.New("trouble")
	if err := d.Write(NewName(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(trouble))); !errors.Is(err, trouble) {
		t.Errorf("%v", err)
	}
	if got := found(t, d); len(got) != 0 {
		t.Errorf("left are %v", got)
	}
}

func TestNamesThatAreNotOurs(t *testing.T) {
	d, path := open(t)
	if err := os.WriteFile(filepath.Join(path, "segredo"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "..", "segredo", "../../etc/passwd", strings.Repeat("a", 25), strings.Repeat("a", 24) + "/x", strings.ToUpper(NewName())} {
		if _, err := d.Read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q was opened: %v", name, err)
		}
		if err := d.Write(name, strings.NewReader("x")); err == nil {
			t.Errorf("%q was written", name)
		}
		if err := d.Remove(name); err != nil {
			t.Error(err)
		}
	}
	if got := found(t, d); len(got) != 0 {
		t.Errorf("found %v", got)
	}
	if !IsName(NewName()) {
		t.Error("new names are no names")
	}
}

// A directory below that leads elsewhere is not followed.
func TestNothingOutsideIsReached(t *testing.T) {
	d, path := open(t)
	name, elsewhere := NewName(), t.TempDir()
	if err := os.WriteFile(filepath.Join(elsewhere, name), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(path, name[:2])); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(name); err == nil {
		t.Error("read")
	}
}

func TestADirectoryHasOneOwner(t *testing.T) {
	d, _ := open(t)
	for _, c := range []struct {
		owner string
		want  bool
	}{{"a", true}, {"b", false}, {"a", true}} {
		if got, err := d.Claim(c.owner); got != c.want || err != nil {
			t.Errorf("%s: %v %v", c.owner, got, err)
		}
	}
}
