package admin_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"syscall"
	"testing"

	"chamados/storage"
)

// form returns a multipart body and its content type; files are name and content in turn.
func form(t *testing.T, files ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		part, err := m.CreateFormFile("arquivo", files[i])
		if err == nil {
			_, err = part.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), m.FormDataContentType()
}

// fullDisk is a directory for contents on a disk without room.
type fullDisk struct{ storage.Contents }

func (fullDisk) Write(string, io.Reader) error { return fmt.Errorf("write: %w", syscall.ENOSPC) }

func TestNoRoomForAttachments(t *testing.T) {
	w := newWorldOn(t, storage.Options{Contents: fullDisk{}, ContentsOutside: true})
	path := fmt.Sprintf("/api/chamados/%d", w.ticket(ana, "Um").ID)
	body, kind := form(t, "a.txt", "x")
	w.play([]scenario{
		{name: "upload", as: ana, method: "POST", path: path + "/anexos", body: body, headers: []string{"Content-Type", kind}, status: 507,
			has: []string{`"code":"storage_full"`, "Falta espaço"}, lacks: []string{"write"}},
		{name: "the ticket", as: ana, method: "GET", path: path, status: 200, has: []string{`"anexos":[]`}},
	})
}

func TestAttachments(t *testing.T) {
	w := newWorld(t)
	path := fmt.Sprintf("/api/chamados/%d/anexos", w.ticket(ana, "Um").ID)
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 300<<10)
	body, kind := form(t, `..\..\C:\tela "é".png`, png, "pagina.png", "<html><script>alert(1)</script>")
	empty, emptyKind := form(t)
	hollow, hollowKind := form(t, "cheio.txt", "x", "vazio.txt", "")
	large, largeKind := form(t, "grande.bin", strings.Repeat("x", 20<<20+1))
	many, manyKind := form(t, strings.Split(strings.Repeat("a.txt,x,", 11), ",")[:22]...)
	_, boundary, _ := strings.Cut(kind, "boundary=")
	secret := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"interno\"\r\n\r\ntrue\r\n" + body
	w.play([]scenario{
		{name: "as an internal note", as: ti, method: "POST", path: path, body: secret, headers: []string{"Content-Type", kind}, status: 422, has: []string{`"field":"interno"`}},
		{name: "another", as: beto, method: "POST", path: path, body: body, headers: []string{"Content-Type", kind}, status: 403},
		{name: "no form", as: ana, method: "POST", path: path, body: "x", status: 422},
		{name: "nothing but fields", as: ana, method: "POST", path: path, body: strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n", 10_000) + "--x--\r\n",
			headers: []string{"Content-Type", "multipart/form-data; boundary=x"}, status: 422, has: []string{"Corpo do pedido"}},
		{name: "no file", as: ana, method: "POST", path: path, body: empty, headers: []string{"Content-Type", emptyKind}, status: 422, has: []string{`"field":"arquivo"`}},
		{name: "empty", as: ana, method: "POST", path: path, body: hollow, headers: []string{"Content-Type", hollowKind}, status: 422, has: []string{`"field":"arquivo"`, "vazio.txt está vazio"}, lacks: []string{"cheio"}},
		{name: "too large", as: ana, method: "POST", path: path, body: large, headers: []string{"Content-Type", largeKind}, status: 422, has: []string{"20 MB"}},
		{name: "too many", as: ana, method: "POST", path: path, body: many, headers: []string{"Content-Type", manyKind}, status: 422},
		{name: "broken off", as: ana, method: "POST", path: path, body: body[:1000], headers: []string{"Content-Type", kind}, status: 422},
		{name: "absent", as: ti, method: "POST", path: "/api/chamados/999999/anexos", body: body, headers: []string{"Content-Type", kind}, status: 404},
		{name: "nothing yet", as: ana, method: "GET", path: path, status: 200, has: []string{"[]"}},
	})
	list := w.call(ana, "POST", path, body, "Content-Type", kind).list(t)
	if len(list) != 2 || list[0]["nome_arquivo"] != `tela "é".png` || list[0]["tipo"] != "image/png" || list[0]["disponivel"] != true {
		t.Fatalf("uploaded: %v", list)
	}
	download := func(i int) answer { return w.call(ana, "GET", fmt.Sprintf("/api/anexos/%v", list[i]["id"]), "") }
	image := download(0)
	if image.body != png || image.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(image.header.Get("Content-Disposition"), "inline") {
		t.Errorf("image: %d bytes, %v", len(image.body), image.header)
	}
	page := download(1)
	if page.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(page.header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(page.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a page would be shown: %v", page.header)
	}
	drawing, drawingKind := form(t, "desenho.svg", "\ufeff <svg onload=alert(1)>", "notas.txt", "a < b")
	list = w.call(ana, "POST", path, drawing, "Content-Type", drawingKind).list(t)
	if svg := download(2); !strings.HasPrefix(svg.header.Get("Content-Disposition"), "attachment") || svg.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("a drawing would be shown: %v", svg.header)
	}
	if text := download(3); text.body != "a < b" || !strings.HasPrefix(text.header.Get("Content-Disposition"), "inline") {
		t.Errorf("text: %q %v", text.body, text.header)
	}
	w.play([]scenario{
		{name: "another's file", as: beto, method: "GET", path: fmt.Sprintf("/api/anexos/%v", list[0]["id"]), status: 404},
		{name: "another's files", as: beto, method: "GET", path: path, status: 403, lacks: []string{"tela"}},
		{name: "absent file", as: ana, method: "GET", path: "/api/anexos/999999", status: 404},
	})
}
