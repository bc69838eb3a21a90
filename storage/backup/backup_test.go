package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"chamados/storage/embedded"
	"chamados/storage/filedir"
	"chamados/storage/pgtest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// house is a desk with rows, contents in a directory, and one content that is lost.
type house struct {
	Options
	t    *testing.T
	conn *pgx.Conn
}

var contents = map[string]string{}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Options: Options{URL: pgtest.URL(t), Contents: t.TempDir(), Version: "v1", Scratch: t.TempDir()}, t: t}
	h.conn = connect(t, h.URL)
	h.exec(`INSERT INTO usuarios (id, nome, email, senha_hash, tipo) VALUES (1, 'Ana "O''Neil"', 'ana@exemplo.com.br', 'x', 'ti')`)
	h.exec(`SELECT setval('usuarios_id_seq', 41)`)
	h.exec(`INSERT INTO chamados (id, titulo, descricao, categoria, usuario_id) VALUES (7, 'Sem rede', E'\\n\\t☂', 'rede', 1)`)
	dir, err := filedir.Open(h.Contents)
	h.must(err)
	defer dir.Close()
	for i := range 3 {
		name, text := filedir.NewName(), strings.Repeat(fmt.Sprint("conteúdo ", i), 50_000*i)
		contents[name] = text
		h.must(dir.Write(name, strings.NewReader(text)))
		h.exec(`INSERT INTO anexos (chamado_id, nome_arquivo, estado, caminho_arquivo) VALUES (7, 'a', 'guardado', $1)`, name)
	}
	h.exec(`INSERT INTO anexos (chamado_id, nome_arquivo, estado, caminho_arquivo) VALUES (7, 'perdido', 'guardado', $1)`, filedir.NewName())
	return h
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	_, err := h.conn.Exec(h.t.Context(), sql, args...)
	h.must(err)
}

// saved returns a backup of a house.
func (h *house) saved() (Manifest, []byte) {
	h.t.Helper()
	var file bytes.Buffer
	m, err := Write(h.t.Context(), h.Options, &file)
	h.must(err)
	return m, file.Bytes()
}

// elsewhere is an empty database with an empty directory.
func elsewhere(t *testing.T) Options {
	t.Helper()
	return Options{URL: pgtest.EmptyURL(t), Contents: t.TempDir(), Scratch: t.TempDir()}
}

// untouched fails the test if a restore that was refused left anything.
func untouched(t *testing.T, o Options) {
	t.Helper()
	if err := isEmpty(t.Context(), connect(t, o.URL)); err != nil {
		t.Error(err)
	}
	dir, err := filedir.Open(o.Contents)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	_ = dir.Each(t.Context(), func(f filedir.File) error { t.Errorf("content %s is left", f.Name); return nil })
	if left, _ := os.ReadDir(o.Scratch); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestWhatWasSavedIsPutBack(t *testing.T) {
	h := newHouse(t)
	m, file := h.saved()
	if len(m.Missing) != 1 || m.Contents != 3 || m.Rows() < 6 || len(m.Schema) == 0 || m.Postgres < embedded.MinMajor {
		t.Errorf("%+v", m)
	}
	to := elsewhere(t)
	again, err := Restore(t.Context(), to, bytes.NewReader(file))
	h.must(err)
	if diff := cmp.Diff(m, again); diff != "" {
		t.Error(diff)
	}
	dir, err := filedir.Open(to.Contents)
	h.must(err)
	defer dir.Close()
	for name, want := range contents {
		if f, err := dir.Read(name); err != nil {
			t.Error(err)
		} else if got, _ := io.ReadAll(f); string(got) != want {
			t.Errorf("content %s has %d bytes, want %d", name, len(got), len(want))
		}
	}
	var id int
	h.must(connect(t, to.URL).QueryRow(t.Context(), `INSERT INTO usuarios (nome, email, senha_hash, tipo) VALUES ('b', 'b@exemplo.com.br', 'x', 'ti') RETURNING id`).Scan(&id))
	if id != 42 {
		t.Errorf("numbers go on with %d", id)
	}
}

// People go on working: the dump, the counts and the checksums are of one moment.
func TestSavedWhilePeopleWork(t *testing.T) {
	h := newHouse(t)
	busy, stop := context.WithCancel(t.Context())
	worker := connect(t, h.URL)
	done := make(chan int)
	go func() {
		n := 0
		for ; busy.Err() == nil; n++ {
			_, _ = worker.Exec(t.Context(), `WITH c AS (INSERT INTO comentarios (chamado_id, usuario_id, comentario, canal) VALUES (7, 1, 'x', 'api') RETURNING 1)
				UPDATE chamados SET versao = versao + 1 WHERE id = 7`)
		}
		done <- n
	}()
	_, file := h.saved()
	stop()
	if n := <-done; n == 0 {
		t.Fatal("nobody worked")
	}
	_, err := Restore(t.Context(), elsewhere(t), bytes.NewReader(file))
	h.must(err)
}

func TestNothingIsOverwritten(t *testing.T) {
	h := newHouse(t)
	before, file := h.saved()
	if _, err := Restore(t.Context(), h.Options, bytes.NewReader(file)); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("%v", err)
	}
	if after, _ := h.saved(); !slices.Equal(before.Tables, after.Tables) {
		t.Error("the desk was changed")
	}
}

// rewritten changes the parts of a backup.
func rewritten(t *testing.T, file []byte, change func(name string, body []byte) []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	in, w := tar.NewReader(bytes.NewReader(file)), tar.NewWriter(&out)
	for {
		header, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(in)
		if body = change(header.Name, body); body == nil {
			continue
		}
		header.Size = int64(len(body))
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(body)
	}
	_ = w.Close()
	return out.Bytes()
}

// manifested changes the manifest of a backup.
func manifested(change func(*Manifest)) func(string, []byte) []byte {
	return func(name string, body []byte) []byte {
		if name != manifestName {
			return body
		}
		var m Manifest
		_ = json.Unmarshal(body, &m)
		change(&m)
		out, _ := json.Marshal(m)
		return out
	}
}

func TestWhatCannotBePutBackChangesNothing(t *testing.T) {
	h := newHouse(t)
	_, file := h.saved()
	flip := func(part string) func(string, []byte) []byte {
		return func(name string, body []byte) []byte {
			if strings.HasPrefix(name, part) && len(body) > 100 {
				body[len(body)/2] ^= 1
			}
			return body
		}
	}
	without := func(part string) func(string, []byte) []byte {
		return func(name string, body []byte) []byte {
			if strings.HasPrefix(name, part) {
				return nil
			}
			return body
		}
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"half of it":          {file[:len(file)/2], ErrDamaged},
		"no sums":             {rewritten(t, file, without(sumsName)), ErrDamaged},
		"no dump":             {rewritten(t, file, without(dumpName)), ErrDamaged},
		"no contents":         {rewritten(t, file, without(contentsName)), ErrDamaged},
		"no manifest":         {rewritten(t, file, without(manifestName)), ErrDamaged},
		"a bit of the dump":   {rewritten(t, file, flip(dumpName)), ErrDamaged},
		"a bit of a content":  {rewritten(t, file, flip(contentsName)), ErrDamaged},
		"something else":      {[]byte("PK\x03\x04"), ErrDamaged},
		"nothing":             {nil, ErrDamaged},
		"of a newer program":  {rewritten(t, file, manifested(func(m *Manifest) { m.Schema = append(m.Schema, 99_999) })), ErrNewer},
		"of a newer layout":   {rewritten(t, file, manifested(func(m *Manifest) { m.Format++ })), ErrNewer},
		"of a newer database": {rewritten(t, file, manifested(func(m *Manifest) { m.Postgres = 99 })), ErrOldServer},
	} {
		t.Run(name, func(t *testing.T) {
			to := elsewhere(t)
			if _, err := Restore(t.Context(), to, bytes.NewReader(c.file)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			untouched(t, to)
		})
	}
}

func TestWhatDiffersIsSaid(t *testing.T) {
	h := newHouse(t)
	_, file := h.saved()
	file = rewritten(t, file, manifested(func(m *Manifest) { m.Tables[1].Rows++ }))
	if _, err := Restore(t.Context(), elsewhere(t), bytes.NewReader(file)); !errors.Is(err, ErrDiffers) {
		t.Errorf("%v", err)
	}
}

func TestMissingProgramsAreSaid(t *testing.T) {
	h := newHouse(t)
	_, file := h.saved()
	t.Setenv("CHAMADOS_POSTGRES_BIN", t.TempDir())
	if _, err := Write(t.Context(), h.Options, io.Discard); !errors.Is(err, embedded.ErrNoTool) {
		t.Errorf("%v", err)
	}
	to := elsewhere(t)
	if _, err := Restore(t.Context(), to, bytes.NewReader(file)); !errors.Is(err, embedded.ErrNoTool) {
		t.Errorf("%v", err)
	}
	untouched(t, to)
}

func TestPasswordIsNotInTheListOfProcesses(t *testing.T) {
	argument, env, err := connection("postgres://ana:s%40gredo@banco:5433/chamados?sslmode=require")
	if err != nil || argument != "--dbname=postgres://ana@banco:5433/chamados?sslmode=require" || !slices.Equal(env, []string{"PGPASSWORD=s@gredo"}) {
		t.Errorf("%s, %v, %v", argument, env, err)
	}
}
