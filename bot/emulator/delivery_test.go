package emulator

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestUpdatesAreConfirmedByOffset(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	if _, err := b.Send(ana, ana, "dois"); err != nil {
		t.Fatal(err)
	}
	first := b.updates(args{"limit": 1})
	again := b.updates(args{})
	if len(first) != 1 || len(again) != 2 || first[0].ID != again[0].ID || again[1].ID != again[0].ID+1 {
		t.Fatalf("unconfirmed updates come again: %v %v", first, again)
	}
	if got := again[0].Message; got.Text != "/start" || got.Entities[0].Type != "bot_command" || got.From.LanguageCode != "pt-br" {
		t.Errorf("%+v", got)
	}
	if rest := b.updates(args{"offset": first[0].ID + 1}); len(rest) != 1 || rest[0].Message.Text != "dois" {
		t.Errorf("after confirming one: %v", rest)
	}
	if last := b.updates(args{"offset": -1}); len(last) != 1 || last[0].Message.Text != "dois" {
		t.Errorf("negative offset: %v", last)
	}
}

func TestLongPollWakesOnMessage(t *testing.T) {
	b := newBench(t)
	done := make(chan []received)
	go func() { done <- b.updates(args{"timeout": 50}) }()
	b.waitPolling()
	b.start(ana)
	if got := <-done; len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// waitPolling returns when a getUpdates waits.
func (b *bench) waitPolling() {
	b.t.Helper()
	if err := b.await(b.t.Context(), func() bool { return b.poller != nil }); err != nil {
		b.t.Fatal(err)
	}
}

func TestSecondPollEndsTheFirst(t *testing.T) {
	b := newBench(t)
	first := make(chan answer)
	go func() { first <- b.call("getUpdates", args{"timeout": 50}) }()
	b.waitPolling()
	b.updates(args{})
	if got := <-first; got.Code != 409 || !strings.Contains(got.Description, "terminated by other getUpdates") {
		t.Errorf("%+v", got)
	}
}

func TestAllowedUpdates(t *testing.T) {
	b := newBench(t)
	b.updates(args{"allowed_updates": []string{"callback_query"}})
	b.start(ana)
	if got := b.updates(args{}); len(got) != 0 {
		t.Errorf("a message though only taps were asked for: %v", got)
	}
	b.updates(args{"allowed_updates": []string{}})
	if _, err := b.Send(ana, ana, "oi"); err != nil {
		t.Fatal(err)
	}
	if got := b.updates(args{}); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestPrivacyMode(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Privacy = true })
	card := b.ok("sendMessage", args{"chat_id": group, "text": "cartão"})
	for _, text := range []string{"conversa", "/fila", "/fila@other_bot", "/fila@ti_bot x"} {
		if _, err := b.Send(bruno, group, text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Reply(bruno, group, card.ID, "resposta"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range b.updates(args{}) {
		got = append(got, u.Message.Text)
	}
	if want := "/fila|/fila@ti_bot x|resposta"; strings.Join(got, "|") != want {
		t.Errorf("%q, want %s", got, want)
	}
}

func TestTapWaitsForTheAnswer(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	b.drain()
	m := b.ok("sendMessage", args{"chat_id": ana, "text": "x", "reply_markup": keyboard("go")})
	type result struct {
		answer CallbackAnswer
		err    error
	}
	done := make(chan result)
	go func() {
		a, err := b.Tap(t.Context(), ana, ana, m.ID, "Ok")
		done <- result{a, err}
	}()
	u := b.updates(args{"timeout": 50})
	var id, data string
	_ = json.Unmarshal(u[0].Callback["id"], &id)
	_ = json.Unmarshal(u[0].Callback["data"], &data)
	var shown Message
	if err := json.Unmarshal(u[0].Callback["message"], &shown); err != nil || data != "go" || shown.ID != m.ID {
		t.Errorf("callback query %v", u[0].Callback)
	}
	b.ok("answerCallbackQuery", args{"callback_query_id": id, "text": "feito", "show_alert": true})
	if got := <-done; got.err != nil || got.answer != (CallbackAnswer{Text: "feito", ShowAlert: true}) {
		t.Errorf("%+v", got)
	}
	b.fails(400, "query is too old and response timeout expired or query ID is invalid", "answerCallbackQuery", args{"callback_query_id": id})
	if _, err := b.Tap(t.Context(), ana, ana, m.ID, "no such"); err == nil {
		t.Error("tapped a button that is not there")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.TapForged(gone, ana, ana, 999, "x"); err == nil {
		t.Error("an unanswered tap must fail with its context")
	}
	forged := b.updates(args{"offset": u[0].ID + 1})
	if got := string(forged[0].Callback["message"]); !strings.Contains(got, `"date":0`) {
		t.Errorf("an inaccessible message has date 0: %s", got)
	}
	b.pass(callbackLifetime + time.Second)
	if got := b.updates(args{}); len(got) != 0 {
		t.Errorf("an old tap is no longer delivered: %v", got)
	}
}

func TestWebhookRetriesWithSecret(t *testing.T) {
	b := newBench(t)
	bodies, refusals := make(chan string, 10), make(chan struct{}, 1)
	refusals <- struct{}{}
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret" {
			t.Error("no secret")
		}
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
		select {
		case <-refusals:
			w.WriteHeader(http.StatusInternalServerError)
		default:
		}
	}))
	defer hook.Close()
	b.fails(400, "unallowed characters", "setWebhook", args{"url": hook.URL, "secret_token": "não"})
	b.ok("setWebhook", args{"url": hook.URL, "secret_token": "s3cret"})
	b.fails(409, "can't use getUpdates method while webhook is active", "getUpdates", args{})
	b.start(ana)
	if _, err := b.Send(ana, ana, "dois"); err != nil {
		t.Fatal(err)
	}
	first, retried, second := <-bodies, <-bodies, <-bodies
	if first != retried || !strings.Contains(first, "/start") || !strings.Contains(second, "dois") {
		t.Errorf("in order, each until it is taken: %s, %s, %s", first, retried, second)
	}
	if err := b.WaitDrained(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.ok("deleteWebhook", nil)
	b.updates(args{})
}

func TestFaults(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	say := args{"chat_id": ana, "text": "x"}
	count := func() int { return len(b.Messages(ana)) }
	b.Fault(Fault{Kind: FaultRateLimited, Method: "sendMessage", RetryAfter: 7})
	if got := b.fails(429, "retry after 7", "sendMessage", say); got.Parameters.RetryAfter != 7 {
		t.Errorf("%+v", got)
	}
	before := count()
	for kind, executed := range map[FaultKind]int{FaultServerError: 0, FaultDropBefore: 0, FaultDropAfter: 1, FaultHangBefore: 0, FaultHangAfter: 1} {
		b.Fault(Fault{Kind: kind})
		ctx, cancel := context.WithCancel(t.Context())
		if kind == FaultHangBefore || kind == FaultHangAfter {
			calls := len(b.Calls())
			go func() {
				_ = b.await(t.Context(), func() bool { return len(b.calls) > calls })
				cancel()
			}()
		}
		if _, err := b.try(ctx, "sendMessage", say); err == nil {
			t.Errorf("%s: the client saw an answer", kind)
		}
		cancel()
		if before += executed; count() != before {
			t.Errorf("%s: %d messages, want %d", kind, count(), before)
		}
	}
	b.ok("sendMessage", say)
}

func TestDuplicatedAndReorderedUpdates(t *testing.T) {
	b := newBench(t)
	b.Fault(Fault{Kind: FaultDuplicate})
	b.start(ana)
	if got := b.updates(args{}); len(got) != 2 || got[0].ID != got[1].ID {
		t.Errorf("duplicate: %+v", got)
	}
	b.drain()
	b.Fault(Fault{Kind: FaultReorder, Times: 2})
	for _, text := range []string{"um", "dois"} {
		if _, err := b.Send(ana, ana, text); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.updates(args{}); len(got) != 2 || got[0].Message.Text != "dois" || got[0].ID <= got[1].ID {
		t.Errorf("reorder: %+v", got)
	}
}

func TestLimits(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	b.SetLimits(TelegramLimits)
	b.ok("sendMessage", args{"chat_id": ana, "text": "x"})
	b.fails(429, "retry after 1", "sendMessage", args{"chat_id": ana, "text": "x"})
	for range 20 {
		b.pass(time.Second)
		b.ok("sendMessage", args{"chat_id": group, "text": "x"})
	}
	b.pass(time.Second)
	if got := b.fails(429, "Too Many Requests", "sendMessage", args{"chat_id": group, "text": "x"}); got.Parameters.RetryAfter != 40 {
		t.Errorf("%+v", got.Parameters)
	}
}

func TestJournalBringsTheWorldBack(t *testing.T) {
	dir := t.TempDir()
	keep := func(o *Options) { o.Dir = dir }
	one := newBench(t, keep)
	one.start(ana)
	img := picture(t, 120, 120)
	photo, err := one.SendPhoto(ana, ana, File{Name: "a.png", Data: img}, "foto")
	if err != nil {
		t.Fatal(err)
	}
	card := one.ok("sendMessage", args{"chat_id": ana, "text": "cartão", "reply_markup": keyboard("k")})
	gone := one.ok("sendMessage", args{"chat_id": ana, "text": "some"})
	one.ok("deleteMessage", args{"chat_id": ana, "message_id": gone.ID})
	waiting := one.updates(args{})
	if err := one.Block(bruno); err != nil {
		t.Fatal(err)
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time from a compacted journal
		two := newBench(t, keep)
		if got := two.updates(args{}); len(got) != len(waiting)+1 || got[0].ID != waiting[0].ID {
			t.Errorf("unconfirmed updates: %+v", got)
		}
		if got := two.Messages(ana); len(got) != 3 || got[2].ReplyMarkup == nil || got[2].ID != card.ID {
			t.Errorf("messages: %+v", got)
		}
		if data, ok := two.File(photo.Photo[1].FileID); !ok || string(data) != string(img) {
			t.Error("the photo is lost")
		}
		two.fails(403, "blocked by the user", "sendMessage", args{"chat_id": bruno, "text": "x"})
		if m := two.ok("sendMessage", args{"chat_id": ana, "text": "x"}); m.ID <= gone.ID {
			t.Errorf("message number %d was used before", m.ID)
		} else {
			two.ok("deleteMessage", args{"chat_id": ana, "message_id": m.ID})
		}
		if err := two.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInjectAndMembership(t *testing.T) {
	b := newBench(t)
	if err := b.Inject(json.RawMessage(`{"callback_query":{"id":"1","data":"forged"}}`)); err != nil {
		t.Fatal(err)
	}
	if err := b.Join(ana, group); err != nil {
		t.Fatal(err)
	}
	got := b.updates(args{})
	if len(got) != 2 || got[0].Callback == nil || got[1].Message.NewChatMembers[0].ID != ana {
		t.Errorf("%+v", got)
	}
	if _, err := b.Send(caio, group, "x"); err == nil {
		t.Error("a stranger wrote into the group")
	}
}

func TestTalkReadsLikeAConversation(t *testing.T) {
	b := newBench(t)
	talk := b.Talk(t, ana, ana)
	talk.Send("oi")
	b.ok("sendMessage", args{"chat_id": ana, "text": "Do que se trata?"})
	m := talk.Expect("que se trata")
	b.ok("editMessageText", args{"chat_id": ana, "message_id": m.ID, "text": "Hardware"})
	talk.ExpectEdit(m, "Hardware")
}
