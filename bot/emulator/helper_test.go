package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const token = "42:secret"

// bench is a server with a bot's HTTP client and a clock that stands still until moved.
type bench struct {
	*Server
	t   *testing.T
	url string

	mu  sync.Mutex
	now time.Time
}

const (
	ana   = 101
	bruno = 102
	eva   = 103 // shares a group with the bot but never started it
	caio  = 104 // never met the bot
	group = -200
	forum = -1000000000300
)

func newBench(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	opt := Options{Token: token, BotUsername: "ti_bot", Clock: b.clock, WebhookBackoff: time.Millisecond}
	for _, c := range change {
		c(&opt)
	}
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	b.Server = s
	s.AddUser(User{ID: ana, FirstName: "Ana", LastName: "Souza", Username: "ana", LanguageCode: "pt-br"})
	s.AddUser(User{ID: bruno, FirstName: "Bruno <TI>", LanguageCode: "en"})
	s.AddUser(User{ID: eva, FirstName: "Eva"})
	s.AddUser(User{ID: caio, FirstName: "Caio"})
	s.AddGroup(Group{ID: group, Title: "TI", Members: []int64{bruno, eva}})
	s.AddGroup(Group{ID: forum, Title: "Fórum", Forum: true, BotAdmin: true, Members: []int64{bruno}, Admins: []int64{bruno}})
	web := httptest.NewServer(s.Handler())
	b.url = web.URL
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		web.Close()
	})
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// answer is a Bot API response.
type answer struct {
	OK          bool
	Result      json.RawMessage
	Code        int `json:"error_code"`
	Description string
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	}
}

type args map[string]any

// call sends a JSON body.
func (b *bench) call(method string, a args) answer {
	b.t.Helper()
	got, err := b.try(b.t.Context(), method, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

func (b *bench) try(ctx context.Context, method string, a args) (answer, error) {
	var got answer
	body, err := json.Marshal(a)
	if err != nil {
		return got, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/bot"+token+"/"+method, bytes.NewReader(body))
	if err != nil {
		return got, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return got, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return got, err
	}
	return got, json.Unmarshal(raw, &got)
}

func (b *bench) multipart(method string, fields map[string]string, files map[string][]byte) answer {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, v := range fields {
		_ = form.WriteField(name, v)
	}
	for name, data := range files {
		w, _ := form.CreateFormFile(name, name+".png")
		_, _ = w.Write(data)
	}
	_ = form.Close()
	res, err := http.Post(b.url+"/bot"+token+"/"+method, form.FormDataContentType(), &body)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var got answer
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		b.t.Fatal(err)
	}
	return got
}

// ok calls and decodes the result, which must be a success.
func (b *bench) ok(method string, a args) Message {
	b.t.Helper()
	got := b.call(method, a)
	if !got.OK {
		b.t.Fatalf("%s: %d %s", method, got.Code, got.Description)
	}
	var m Message
	_ = json.Unmarshal(got.Result, &m)
	return m
}

func (b *bench) fails(code int, description, method string, a args) answer {
	b.t.Helper()
	got := b.call(method, a)
	if got.OK || got.Code != code || !strings.Contains(got.Description, description) {
		b.t.Errorf("%s %v: got ok=%v %d %q, want %d %q", method, a, got.OK, got.Code, got.Description, code, description)
	}
	return got
}

func (b *bench) start(userID int64) {
	b.t.Helper()
	if _, err := b.Start(userID, ""); err != nil {
		b.t.Fatal(err)
	}
}

type received struct {
	ID       int64                      `json:"update_id"`
	Message  *Message                   `json:"message"`
	Edited   *Message                   `json:"edited_message"`
	Callback map[string]json.RawMessage `json:"callback_query"`
	MyMember *struct {
		Old struct{ Status string } `json:"old_chat_member"`
		New struct{ Status string } `json:"new_chat_member"`
	} `json:"my_chat_member"`
}

func (b *bench) updates(a args) []received {
	b.t.Helper()
	got := b.call("getUpdates", a)
	if !got.OK {
		b.t.Fatalf("getUpdates: %d %s", got.Code, got.Description)
	}
	var list []received
	if err := json.Unmarshal(got.Result, &list); err != nil {
		b.t.Fatal(err)
	}
	return list
}

// drain confirms everything so far.
func (b *bench) drain() {
	b.t.Helper()
	for {
		list := b.updates(args{})
		if len(list) == 0 {
			return
		}
		b.updates(args{"offset": list[len(list)-1].ID + 1})
	}
}

func keyboard(data string) map[string]any {
	return map[string]any{"inline_keyboard": [][]any{{map[string]any{"text": "Ok", "callback_data": data}}}}
}

func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	img.Set(0, 0, color.Black)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
