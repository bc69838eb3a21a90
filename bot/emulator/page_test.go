package emulator

import (
	"bufio"
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPageIsApartFromTheBotAPI(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/api/state", "/index.html", "/bot" + token + "/../api/state", "/control/faults"} {
		if body, status := fetch(t, b.url+path); status == 200 {
			t.Errorf("the Bot API serves %s: %s", path, body)
		}
	}
	page := httptest.NewServer(b.Page())
	defer page.Close()
	if _, status := fetch(t, page.URL+"/bot"+token+"/getMe"); status != 404 {
		t.Errorf("the page serves the Bot API: %d", status)
	}
	res, err := http.Get(page.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self'") {
		t.Errorf("policy: %q", policy)
	}
	req, _ := http.NewRequest(http.MethodPost, page.URL+"/api/send", strings.NewReader(`{"as":101,"chat":101,"text":"x"}`))
	req.Header.Set("Origin", "https://evil.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if res, err = http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden || len(b.Messages(ana)) != 0 {
		t.Errorf("another site wrote as Ana: %d", res.StatusCode)
	}
}

func TestPageSeesOnlyOnesOwnChats(t *testing.T) {
	b := newBench(t)
	page := httptest.NewServer(b.Page())
	defer page.Close()
	if _, status := fetch(t, page.URL+"/api/messages?as=104&chat=-200"); status == 200 {
		t.Error("a stranger reads the group")
	}
	res, err := http.Get(page.URL + "/api/events?as=104")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b.ok("sendMessage", args{"chat_id": group, "text": "segredo"})
	b.start(caio)
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if strings.Contains(lines.Text(), "segredo") {
			t.Fatal("a stranger hears the group")
		}
		if strings.Contains(lines.Text(), "/start") {
			return
		}
	}
	t.Error("the stream ended")
}

func TestPageUploadAndFiles(t *testing.T) {
	b := newBench(t)
	page := httptest.NewServer(b.Page())
	defer page.Close()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("as", "101")
	_ = form.WriteField("chat", "101")
	_ = form.WriteField("caption", "veja")
	w, _ := form.CreateFormFile("file", "nota.html")
	_, _ = w.Write([]byte("<script>alert(1)</script>"))
	_ = form.Close()
	res, err := http.Post(page.URL+"/api/upload", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	shown := b.Messages(ana)
	if len(shown) != 1 || shown[0].Document == nil || shown[0].Caption != "veja" {
		t.Fatalf("%+v", shown)
	}
	file, err := http.Get(page.URL + "/api/file/" + shown[0].Document.FileID)
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Body.Close()
	if file.Header.Get("Content-Disposition") != "attachment" || file.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("an uploaded page must not run: %v", file.Header)
	}
}
