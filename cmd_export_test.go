package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chamados/domain"
	"chamados/internal/export"
)

// exportedDesk is a terminal whose desk holds one of each thing that people would miss.
func exportedDesk(t *testing.T) *terminal {
	t.Helper()
	x := newTerminal(t)
	x.must("user", "add", "ana@example.com", "--name", "Ana", "--role", "ti", "--generate")
	x.must("user", "add", "eva@example.com", "--name", "=Eva")
	p, ctx := x.desk(), t.Context()
	account := func(email string) domain.Actor {
		u, err := p.desk.AccountByEmail(ctx, email)
		if err != nil {
			t.Fatal(err)
		}
		return domain.Actor{User: u, Channel: domain.ChannelPanel}
	}
	ana, eva := account("ana@example.com"), account("eva@example.com")
	ticket, err := p.desk.Open(ctx, eva, domain.NewTicket{Title: "Sem \"rede\"\nhoje", Description: "=1+1", Category: domain.CategoryNetwork})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.desk.Comment(ctx, ana, ticket.ID, domain.NewComment{Text: "só entre nós", Internal: true}); err != nil {
		t.Fatal(err)
	}
	err = p.desk.Attach(ctx, eva, ticket.ID, []domain.NewAttachment{{
		Name: "../../etc/fóto.PNG", MIME: "image/png", Size: int64(len(exportedPhoto)), Content: exportedPhoto,
	}}, domain.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

var exportedPhoto = bytes.Repeat([]byte("\x89PNG\x00\xff"), 100_000)

// checkExport reads an export as its documentation tells.
func checkExport(t *testing.T, files map[string][]byte) {
	t.Helper()
	var m export.Manifest
	if err := json.Unmarshal(files["manifesto.json"], &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != len(files)-1 || m.Format != 1 || m.At.IsZero() {
		t.Errorf("%d files, manifest %+v", len(files), m)
	}
	for _, f := range m.Files {
		content, ok := files[f.Path]
		if sum := sha256.Sum256(content); !ok || int64(len(content)) != f.Bytes || hex.EncodeToString(sum[:]) != f.SHA256 {
			t.Errorf("%s is not what the manifest says", f.Path)
		}
		if f.Rows != nil && strings.HasSuffix(f.Path, ".ndjson") && int64(bytes.Count(content, []byte("\n"))) != *f.Rows {
			t.Errorf("%s has not %d rows", f.Path, *f.Rows)
		}
	}
	for name, content := range files {
		if strings.Contains(string(content), "$2a$") || strings.Contains(string(content), "senha_hash") {
			t.Errorf("%s holds passwords", name)
		}
	}
	if got := files["anexos/1.png"]; !bytes.Equal(got, exportedPhoto) {
		t.Errorf("the photo has %d bytes; files: %v", len(got), slices.Sorted(maps.Keys(files)))
	}
}

func readDirectory(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
		out[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readTar(t *testing.T, r io.Reader) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for in := tar.NewReader(r); ; {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimPrefix(head.Name, "chamados/")] = content
	}
}

func TestExportTakesEverythingAlong(t *testing.T) {
	x := exportedDesk(t)
	target := filepath.Join(t.TempDir(), "saida")
	x.must("export", target)
	files := readDirectory(t, target)
	checkExport(t, files)
	var ticket struct {
		Title   string `json:"titulo"`
		Created string `json:"criado_em"`
	}
	if err := json.Unmarshal(files["chamados.ndjson"], &ticket); err != nil || ticket.Title != "Sem \"rede\" hoje" || !strings.HasSuffix(ticket.Created, "+00:00") {
		t.Errorf("%+v %v", ticket, err)
	}
	if text := string(files["comentarios.ndjson"]); !strings.Contains(text, "só entre nós") || !strings.Contains(text, `"interno":true`) {
		t.Error(text)
	}
	if text := string(files["anexos.ndjson"]); !strings.Contains(text, `"nome_arquivo":"fóto.PNG"`) || !strings.Contains(text, `"arquivo":"anexos/1.png"`) {
		t.Error(text)
	}
	if !strings.Contains(string(files["eventos.ndjson"]), `"tipo":"`) {
		t.Error("no history")
	}
	x.refused("exist", "export", target)
}

func TestExportAsArchiveAndTable(t *testing.T) {
	x := exportedDesk(t)
	target := filepath.Join(t.TempDir(), "saida.tar.gz")
	x.must("export", target, "--csv")
	f, err := os.Open(target)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := readTar(t, plain)
	checkExport(t, files)
	rows, err := csv.NewReader(bytes.NewReader(files["usuarios.csv"])).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][0] != "id" || rows[2][1] != "'=Eva" {
		t.Errorf("%v %v", rows, err)
	}
	checkExport(t, readTar(t, strings.NewReader(x.must("export", "-"))))
}

// An export that breaks off leaves nothing that looks like one.
func TestExportBrokenOffLeavesNothing(t *testing.T) {
	x := exportedDesk(t)
	p, dir := x.desk(), t.TempDir()
	for _, name := range []string{"saida", "saida.tar"} {
		to, err := export.To(filepath.Join(dir, name), nil, false)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err = p.db.Export(ctx, &breaking{Exporter: to, cancel: cancel})
		if err == nil {
			t.Error("it went on")
		}
		if err := to.Discard(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

type breaking struct {
	*export.Exporter
	cancel func()
}

func (b *breaking) File(name string, content io.Reader) error {
	b.cancel()
	return b.Exporter.File(name, content)
}
