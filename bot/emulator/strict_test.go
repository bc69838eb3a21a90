package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAuthorization(t *testing.T) {
	b := newBench(t)
	for path, want := range map[string]int{
		"/bot" + token + "/getMe": 200, "/bot" + token + "/nothing": 404, "/bot1:x/getMe": 401, "/": 404, "/file/bot1:x/a": 401,
		"/file/bot" + token + "/photos/none.jpg": 404, "/bot" + token + "/GETME": 200,
	} {
		res, err := http.Get(b.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

func TestEveryParameterForm(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	api := b.url + "/bot" + token + "/sendMessage"
	values := url.Values{"chat_id": {"101"}, "text": {"olá"}}
	for name, send := range map[string]func() (*http.Response, error){
		"query":      func() (*http.Response, error) { return http.Get(api + "?" + values.Encode()) },
		"urlencoded": func() (*http.Response, error) { return http.PostForm(api, values) },
		"json": func() (*http.Response, error) {
			return http.Post(api, "application/json; charset=utf-8", strings.NewReader(`{"chat_id":101,"text":"olá"}`))
		},
		"multipart without parts": func() (*http.Response, error) {
			return http.Post(api+"?"+values.Encode(), "multipart/form-data; boundary=x", strings.NewReader(""))
		},
	} {
		res, err := send()
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 200 || !strings.Contains(string(body), `"text":"olá"`) {
			t.Errorf("%s: %d %s", name, res.StatusCode, body)
		}
	}
	if got := b.multipart("sendMessage", map[string]string{"chat_id": "101", "text": "x", "reply_markup": "null"}, nil); !got.OK {
		t.Errorf("multipart with a null keyboard: %+v", got)
	}
}

func TestSendIsRefused(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	row := make([]any, 9)
	for i := range row {
		row[i] = map[string]any{"text": "x", "callback_data": "x"}
	}
	button := func(fields args) args {
		return args{"chat_id": ana, "text": "x", "reply_markup": map[string]any{"inline_keyboard": [][]any{{fields}}}}
	}
	for _, c := range []struct {
		code int
		want string
		args args
	}{
		{400, "chat_id is empty", args{"text": "x"}},
		{400, "chat not found", args{"chat_id": 999, "text": "x"}},
		{400, "chat not found", args{"chat_id": "@nobody", "text": "x"}},
		{400, "chat not found", args{"chat_id": caio, "text": "x"}},
		{403, "Forbidden: bot can't initiate conversation with a user", args{"chat_id": eva, "text": "x"}},
		{400, "message text is empty", args{"chat_id": ana, "text": " \n "}},
		{400, "message text is empty", args{"chat_id": ana, "text": "<b></b>", "parse_mode": "HTML"}},
		{400, "message is too long", args{"chat_id": ana, "text": strings.Repeat("😀", 2049)}},
		{400, "can't parse entities", args{"chat_id": ana, "text": "<br>", "parse_mode": "HTML"}},
		{400, "unsupported parse_mode", args{"chat_id": ana, "text": "x", "parse_mode": "BBCode"}},
		{400, "message to be replied not found", args{"chat_id": ana, "text": "x", "reply_parameters": args{"message_id": 77}}},
		{400, "message thread not found", args{"chat_id": forum, "text": "x", "message_thread_id": 1}},
		{400, "BUTTON_DATA_INVALID", button(args{"text": "x", "callback_data": strings.Repeat("x", 65)})},
		{400, "Text buttons are unallowed", button(args{"text": "x", "callback_data": ""})},
		{400, "must be of type String", button(args{"text": "", "callback_data": "x"})},
		{400, "Wrong HTTP URL", button(args{"text": "x", "url": "http://localhost:8000"})},
		{400, "invalid button style", button(args{"text": "x", "callback_data": "x", "style": "red"})},
		{400, "REPLY_MARKUP_TOO_LONG", args{"chat_id": ana, "text": "x", "reply_markup": map[string]any{"inline_keyboard": [][]any{row}}}},
		{400, "object expected", args{"chat_id": ana, "text": "x", "reply_markup": map[string]any{}}},
	} {
		b.fails(c.code, c.want, "sendMessage", c.args)
	}
	b.ok("sendMessage", args{"chat_id": ana, "text": strings.Repeat("😀", 2048)})
	b.ok("sendMessage", button(args{"text": "x", "callback_data": strings.Repeat("x", 64), "copy_text": args{"text": ""}}))
	b.ok("sendMessage", args{"chat_id": ana, "text": "x", "reply_parameters": args{"message_id": 77, "allow_sending_without_reply": true}})
}

func TestBlockedAndExpelled(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	if err := b.Block(ana); err != nil {
		t.Fatal(err)
	}
	b.fails(403, "Forbidden: bot was blocked by the user", "sendMessage", args{"chat_id": ana, "text": "x"})
	if err := b.Unblock(ana); err != nil {
		t.Fatal(err)
	}
	b.ok("sendMessage", args{"chat_id": ana, "text": "x"})
	if err := b.RemoveBot(bruno, group); err != nil {
		t.Fatal(err)
	}
	b.fails(403, "bot was kicked from the group chat", "sendMessage", args{"chat_id": group, "text": "x"})
	var kinds []string
	for _, u := range b.updates(args{}) {
		if u.MyMember != nil {
			kinds = append(kinds, u.MyMember.Old.Status+">"+u.MyMember.New.Status)
		}
	}
	if got := strings.Join(kinds, " "); got != "member>kicked kicked>member member>kicked" {
		t.Errorf("my_chat_member: %s", got)
	}
}

func TestEditRules(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	m := b.ok("sendMessage", args{"chat_id": ana, "text": "<b>um</b>", "parse_mode": "HTML", "reply_markup": keyboard("a")})
	if m.ReplyMarkup == nil || m.Text != "um" || m.Entities[0].Type != "bold" {
		t.Fatalf("sent %+v", m)
	}
	same := args{"chat_id": ana, "message_id": m.ID, "text": "<b>um</b>", "parse_mode": "HTML", "reply_markup": keyboard("a")}
	b.fails(400, "Bad Request: message is not modified: specified new", "editMessageText", same)
	same["text"] = "um"
	if got := b.ok("editMessageText", same); got.EditDate == 0 || len(got.Entities) != 0 {
		t.Errorf("formatting alone is a change: %+v", got)
	}
	delete(same, "reply_markup")
	if got := b.ok("editMessageText", same); got.ReplyMarkup != nil {
		t.Error("an absent reply_markup must remove the keyboard")
	}
	b.fails(400, "message to edit not found", "editMessageText", args{"chat_id": ana, "message_id": 999, "text": "x"})
	b.fails(400, "message can't be edited", "editMessageText", args{"chat_id": ana, "message_id": 1, "text": "x"})
	b.fails(400, "there is no caption", "editMessageCaption", args{"chat_id": ana, "message_id": m.ID, "caption": "x"})
	b.fails(400, "message is not modified", "editMessageReplyMarkup", args{"chat_id": ana, "message_id": m.ID})
	b.ok("deleteMessage", args{"chat_id": ana, "message_id": m.ID})
	b.fails(400, "message to delete not found", "deleteMessage", args{"chat_id": ana, "message_id": m.ID})
	old := b.ok("sendMessage", args{"chat_id": ana, "text": "x"})
	b.pass(49 * time.Hour)
	b.fails(400, "message can't be deleted", "deleteMessage", args{"chat_id": ana, "message_id": old.ID})
}

func TestGroupMigrates(t *testing.T) {
	b := newBench(t)
	b.ok("sendMessage", args{"chat_id": group, "text": "x"})
	next, err := b.MigrateGroup(group)
	if err != nil || next >= -1_000_000_000_000 {
		t.Fatal(next, err)
	}
	got := b.fails(400, "upgraded to a supergroup", "sendMessage", args{"chat_id": group, "text": "x"})
	if got.Parameters.MigrateTo != next {
		t.Errorf("parameters: %+v", got.Parameters)
	}
	if m := b.ok("sendMessage", args{"chat_id": next, "text": "x"}); m.ID != 2 {
		t.Errorf("a supergroup counts its own messages, got %d", m.ID)
	}
	list := b.updates(args{})
	if len(list) != 2 || list[0].Message.MigrateToChatID != next || list[1].Message.MigrateFromChatID != group {
		t.Errorf("service messages: %+v", list)
	}
	if m, err := b.Send(bruno, group, "oi"); err != nil || m.Chat.ID != next {
		t.Errorf("people follow the group: %+v %v", m.Chat, err)
	}
}

func TestTopics(t *testing.T) {
	b := newBench(t)
	b.fails(400, "not a forum", "createForumTopic", args{"chat_id": group, "name": "x"})
	got := b.call("createForumTopic", args{"chat_id": forum, "name": "Rede"})
	var topic struct {
		ID int `json:"message_thread_id"`
	}
	if err := json.Unmarshal(got.Result, &topic); err != nil || topic.ID == 0 {
		t.Fatalf("%+v %v", got, err)
	}
	if m := b.ok("sendMessage", args{"chat_id": forum, "message_thread_id": topic.ID, "text": "x"}); !m.IsTopicMessage || m.ThreadID != topic.ID {
		t.Errorf("%+v", m)
	}
	if u := b.updates(args{}); len(u) != 1 || u[0].Message.ForumTopicCreated == nil || u[0].Message.From.ID != b.Bot().ID {
		t.Errorf("the bot hears of its own topic: %+v", u)
	}
	if err := b.DeleteTopic(bruno, forum, topic.ID); err != nil {
		t.Fatal(err)
	}
	b.fails(400, "message thread not found", "sendMessage", args{"chat_id": forum, "message_thread_id": topic.ID, "text": "x"})
}

func TestFiles(t *testing.T) {
	b := newBench(t)
	b.start(ana)
	img := picture(t, 200, 100)
	if got := b.multipart("sendPhoto", map[string]string{"chat_id": "101"}, map[string][]byte{"photo": []byte("text")}); got.Description != "Bad Request: IMAGE_PROCESS_FAILED" {
		t.Errorf("%+v", got)
	}
	got := b.multipart("sendPhoto", map[string]string{"chat_id": "101", "caption": "<i>c</i>", "parse_mode": "HTML"}, map[string][]byte{"photo": img})
	var m Message
	if err := json.Unmarshal(got.Result, &m); err != nil || len(m.Photo) != 2 || m.Photo[1].Width != 200 || m.Caption != "c" {
		t.Fatalf("%+v %s", got, got.Result)
	}
	b.fails(400, "caption is too long", "sendPhoto", args{"chat_id": ana, "photo": m.Photo[0].FileID, "caption": strings.Repeat("x", 1025)})
	var f struct {
		Path string `json:"file_path"`
	}
	if err := json.Unmarshal(b.call("getFile", args{"file_id": m.Photo[0].FileID}).Result, &f); err != nil {
		t.Fatal(err)
	}
	link := b.url + "/file/bot" + token + "/" + f.Path
	if body, status := fetch(t, link); status != 200 || body != string(img) {
		t.Errorf("download: %d, %d bytes", status, len(body))
	}
	b.pass(2 * time.Hour)
	if _, status := fetch(t, link); status != 404 {
		t.Errorf("the link lives an hour, got %d", status)
	}
	big, err := b.SendDocument(ana, ana, File{Name: "log.zip", Data: []byte("x"), Size: 21 << 20}, "")
	if err != nil {
		t.Fatal(err)
	}
	b.fails(400, "file is too big", "getFile", args{"file_id": big.Document.FileID})
	album := b.multipart("sendMediaGroup", map[string]string{"chat_id": "101", "media": `[{"type":"photo","media":"attach://a"},{"type":"photo","media":"attach://b"}]`},
		map[string][]byte{"a": img, "b": img})
	var parts []Message
	if err := json.Unmarshal(album.Result, &parts); err != nil || len(parts) != 2 || parts[0].MediaGroupID != parts[1].MediaGroupID {
		t.Errorf("%+v", album)
	}
}

func fetch(t *testing.T, link string) (string, int) {
	t.Helper()
	res, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(res.Body)
	return string(body), res.StatusCode
}

func TestCommandMenuByScopeAndLanguage(t *testing.T) {
	b := newBench(t)
	set := func(scope args, language, name string) {
		b.ok("setMyCommands", args{"scope": scope, "language_code": language, "commands": []Command{{name, "d"}}})
	}
	set(args{"type": "default"}, "", "default")
	set(args{"type": "all_private_chats"}, "pt", "privado")
	set(args{"type": "chat_member", "chat_id": group, "user_id": bruno}, "", "tecnico")
	for _, c := range []struct {
		user, chat int64
		want       string
	}{{ana, ana, "privado"}, {bruno, bruno, "default"}, {bruno, group, "tecnico"}, {eva, group, "default"}} {
		if got := b.Commands(c.user, c.chat); len(got) != 1 || got[0].Command != c.want {
			t.Errorf("user %d in %d: %v, want %s", c.user, c.chat, got, c.want)
		}
	}
	b.fails(400, "BOT_COMMAND_INVALID", "setMyCommands", args{"commands": []Command{{"Novo", "d"}}})
	b.fails(400, "chat not found", "setMyCommands", args{"scope": args{"type": "chat", "chat_id": 5}, "commands": []Command{}})
}
