package telegram

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"chamados/bot/chat"
	"chamados/domain"
)

const (
	self = 42
	name = "ti_bot"
	ana  = `"from":{"id":7,"first_name":"Ana","last_name":"Souza","username":"ana","language_code":"en-US"}`
	priv = `"chat":{"id":7,"type":"private","first_name":"Ana"}`
	supg = `"chat":{"id":-100,"type":"supergroup","title":"TI","is_forum":true}`
)

func decodeMessage(t *testing.T, members string) *chat.Message {
	t.Helper()
	u, err := Decode(self, name, []byte(`{"update_id":1,"message":{"message_id":5,"date":1,`+members+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	return u.Message
}

func TestDecodeText(t *testing.T) {
	got := decodeMessage(t, ana+","+priv+`,"text":"impressora não liga"`)
	want := &chat.Message{
		ID: 5, Chat: chat.Chat{ID: 7, Kind: chat.Private, Title: "Ana"}, Text: "impressora não liga",
		From: chat.Person{ID: 7, Name: "Ana Souza", Username: "ana", Lang: domain.LangEnglish},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeCommands(t *testing.T) {
	for _, c := range []struct {
		text          string
		offset, units int
		command, args string
	}{
		{"/novo", 0, 5, "novo", ""},
		{"/Novo@TI_BOT  impressora ", 0, 12, "novo", "impressora"},
		{"/novo@outro_bot x", 0, 15, "", ""},
		{"olá /novo", 4, 5, "", ""},
		{"/novo 🖨️ não é nada", 0, 5, "novo", "🖨️ não é nada"},
		{"/novo", 0, 50, "", ""},
		{"/", 0, 1, "", ""},
	} {
		for _, kind := range []string{"", "caption_"} {
			key := "text"
			extra := ""
			if kind != "" {
				key, extra = "caption", `"photo":[{"file_id":"p","width":1,"height":1}],`
			}
			m := decodeMessage(t, fmt.Sprintf(`%s,%s,%s%q:%q,%q:[{"type":"bot_command","offset":%d,"length":%d}]`,
				ana, priv, extra, key, c.text, kind+"entities", c.offset, c.units))
			if m.Command != c.command || m.Args != c.args {
				t.Errorf("%q: got %q %q", c.text, m.Command, m.Args)
			}
		}
	}
}

func TestDecodeFiles(t *testing.T) {
	for _, c := range []struct{ members, name, mime, id string }{
		{`"photo":[{"file_id":"s","width":9,"height":9,"file_size":9},{"file_id":"l","width":90,"height":90,"file_size":99},{"file_id":"xl","width":900,"height":900,"file_size":30000000}]`, "foto-5.jpg", "image/jpeg", "l"},
		{`"document":{"file_id":"d","file_name":"../../notas fiscais.pdf","mime_type":"application/pdf"}`, "notas fiscais.pdf", "application/pdf", "d"},
		{`"document":{"file_id":"d","mime_type":"text/csv"}`, "arquivo-5.csv", "text/csv", "d"},
		{`"document":{"file_id":"d"}`, "arquivo-5", "application/octet-stream", "d"},
		{`"voice":{"file_id":"v"}`, "voz-5.ogg", "audio/ogg", "v"},
		{`"video":{"file_id":"v"}`, "video-5.mp4", "video/mp4", "v"},
		{`"video_note":{"file_id":"v"}`, "video-5.mp4", "video/mp4", "v"},
		{`"audio":{"file_id":"a","title":"Ruído","performer":"Servidor"}`, "Servidor - Ruído", "audio/mpeg", "a"},
		{`"animation":{"file_id":"g"},"document":{"file_id":"g"}`, "animacao-5.mp4", "video/mp4", "g"},
	} {
		m := decodeMessage(t, ana+","+priv+","+c.members)
		if len(m.Files) != 1 || m.Files[0].Name != c.name || m.Files[0].MIME != c.mime || m.Files[0].FileID != c.id {
			t.Errorf("%s: got %+v", c.members, m.Files)
		}
		if m.Service || m.Unreadable {
			t.Errorf("%s: service or unreadable", c.members)
		}
	}
	m := decodeMessage(t, ana+","+priv+`,"document":{"file_id":"d","file_name":"a.iso","file_size":20971521},"media_group_id":"g"`)
	if len(m.Files) != 0 || len(m.TooLarge) != 1 || m.AlbumID != "g" {
		t.Errorf("too large: %+v", m)
	}
}

func TestDecodeWords(t *testing.T) {
	for members, want := range map[string]string{
		`"contact":{"phone_number":"5511999","first_name":"Rui","last_name":"Sá"}`:                                                   "👤 Rui Sá, +5511999",
		`"location":{"latitude":-23.5,"longitude":-46.625}`:                                                                          "📍 https://maps.google.com/?q=-23.5,-46.625",
		`"venue":{"title":"Sede","address":"Rua 1","location":{"latitude":1,"longitude":2}},"location":{"latitude":1,"longitude":2}`: "📍 Sede, Rua 1\n📍 https://maps.google.com/?q=1,2",
	} {
		if m := decodeMessage(t, ana+","+priv+","+members); m.Text != want || m.Unreadable {
			t.Errorf("got %q, want %q", m.Text, want)
		}
	}
}

func TestDecodeWhoAndWhere(t *testing.T) {
	anonymous := decodeMessage(t, `"from":{"id":1087968824,"is_bot":true,"first_name":"Group"},"sender_chat":{"id":-100,"type":"supergroup","title":"TI"},`+supg+`,"text":"x"`)
	if !anonymous.Anonymous || anonymous.From.ID != 0 || anonymous.From.Name != "TI" {
		t.Errorf("anonymous: %+v", anonymous)
	}
	topic := decodeMessage(t, ana+","+supg+`,"text":"x","is_topic_message":true,"message_thread_id":9,"reply_to_message":{"message_id":9,"chat":{"id":-100},"date":1,"forum_topic_created":{}}`)
	if topic.ThreadID != 9 || topic.ReplyTo != nil {
		t.Errorf("topic: %+v", topic)
	}
	reply := decodeMessage(t, ana+","+supg+`,"text":"x","message_thread_id":9,"forward_origin":{"type":"novo"},"reply_to_message":{"message_id":9,"from":{"id":42,"is_bot":true},"chat":{"id":-100},"date":1,"text":"card"}`)
	if reply.ThreadID != 0 || reply.ReplyTo == nil || reply.ReplyTo.From.ID != self || reply.ReplyTo.Text != "card" || !reply.Forwarded {
		t.Errorf("reply: %+v", reply)
	}
	general := decodeMessage(t, ana+","+supg+`,"text":"x","is_topic_message":true,"message_thread_id":1`)
	if general.ThreadID != 0 {
		t.Errorf("general: %d", general.ThreadID)
	}
}

func TestDecodeNothingToHandle(t *testing.T) {
	for _, raw := range []string{
		`{"update_id":1,"channel_post":{"message_id":1,"date":1,"chat":{"id":-1,"type":"channel"},"text":"x"}}`,
		`{"update_id":1,"message":{"message_id":1,"date":1,"from":{"id":9,"is_bot":true},` + supg + `,"text":"/novo"}}`,
		`{"update_id":1,"message":{"message_id":1,"date":1,"from":{"id":42,"is_bot":true},` + supg + `,"pinned_message":{}}}`,
		`{"update_id":1,"message_reaction":{"chat":{"id":1}}}`,
		`{"update_id":1}`,
	} {
		u, err := Decode(self, name, []byte(raw))
		if err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(chat.Update{ID: 1}, u); diff != "" {
			t.Errorf("%s: %s", raw, diff)
		}
	}
}

func TestDecodeSilentMessages(t *testing.T) {
	for _, c := range []struct {
		where, members      string
		service, unreadable bool
	}{
		{priv, `"sticker":{"file_id":"s"}`, false, true},
		{supg, `"poll":{}`, false, true},
		{supg, `"new_chat_members":[]`, true, false},
		{priv, `"pinned_message":{"date":1,"paid_media":{"paid_media":[{"type":"unknown"}]}}`, true, false},
		{priv, `"hologram":{}`, false, true},
		{supg, `"hologram":{}`, true, false},
	} {
		m := decodeMessage(t, ana+","+c.where+","+c.members)
		if m.Service != c.service || m.Unreadable != c.unreadable {
			t.Errorf("%s: service %v, unreadable %v", c.members, m.Service, m.Unreadable)
		}
	}
	if m := decodeMessage(t, `"from":{"id":42,"is_bot":true},"chat":{"id":-5,"type":"group"},"migrate_to_chat_id":-100`); m == nil || m.MigratedTo != -100 || !m.Service {
		t.Errorf("migration: %+v", m)
	}
}

func TestDecodeTapAndMembership(t *testing.T) {
	decode := func(raw string) chat.Update {
		t.Helper()
		u, err := Decode(self, name, []byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	fresh := decode(`{"update_id":1,"callback_query":{"id":"q",` + ana + `,"data":"d","message":{"message_id":3,"date":9,` + supg + `}}}`).Tap
	want := &chat.Tap{ID: "q", Data: "d", Message: 3, Chat: chat.Chat{ID: -100, Kind: chat.Supergroup, Title: "TI", Forum: true}}
	if diff := cmp.Diff(want, fresh, cmpopts.IgnoreFields(chat.Tap{}, "From")); diff != "" {
		t.Error(diff)
	}
	if stale := decode(`{"update_id":1,"callback_query":{"id":"q",` + ana + `,"message":{"message_id":3,"date":0,` + supg + `}}}`).Tap; !stale.Stale || stale.Message != 3 {
		t.Errorf("stale: %+v", stale)
	}
	if inline := decode(`{"update_id":1,"callback_query":{"id":"q",` + ana + `,"inline_message_id":"i"}}`).Tap; !inline.Stale {
		t.Errorf("inline: %+v", inline)
	}
	for status, want := range map[string][2]bool{
		"member": {true, false}, "administrator": {true, true}, "creator": {true, true}, "kicked": {}, "left": {}, "brand_new": {},
		`restricted","is_member":true,"x":"`: {true, false},
	} {
		m := decode(`{"update_id":1,"my_chat_member":{` + ana + `,` + supg + `,"new_chat_member":{"status":"` + status + `"}}}`).Membership
		if m.Present != want[0] || m.Admin != want[1] {
			t.Errorf("%s: %+v", status, m)
		}
	}
}

func TestLane(t *testing.T) {
	for raw, want := range map[string]int64{
		`{"update_id":1,"message":{"chat":{"id":-5},"from":{"id":7}}}`:                          -5,
		`{"update_id":1,"callback_query":{"from":{"id":7},"message":{"chat":{"id":-5}}}}`:       -5,
		`{"update_id":1,"callback_query":{"from":{"id":7},"inline_message_id":"x"}}`:            7,
		`{"update_id":1,"my_chat_member":{"chat":{"id":7},"from":{"id":8}}}`:                    7,
		`{"update_id":1,"poll_answer":{"user":{"id":8}}}`:                                       8,
		`{"update_id":1,"poll":{"id":"x"}}`:                                                     0,
		`{"update_id":1,"edited_message":{"chat":{"id":3},"from":{"id":8}},"unknown":"string"}`: 3,
		`[]`: 0,
	} {
		if got := Lane([]byte(raw)); got != want {
			t.Errorf("%s: %d", raw, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"update_id":1,"message":{"message_id":5,"date":1,` + ana + `,` + priv + `,"text":"/novo@ti_bot é","entities":[{"type":"bot_command","offset":0,"length":12}]}}`)
	f.Add(`{"update_id":1,"callback_query":{"id":"q",` + ana + `,"message":{"message_id":3,"date":0,` + supg + `}}}`)
	f.Add(`{"update_id":1,"message":{"reply_to_message":{"reply_to_message":{}},"photo":[{}],"document":{},"voice":{},"venue":{},"contact":{}}}`)
	f.Add(`{"update_id":1,"message":{"is_topic_message":true,"entities":[{"type":"bot_command","length":-1}],"text":"\ud800/"}}`)
	f.Add(`{"update_id":1,"my_chat_member":{"new_chat_member":null}}`)
	f.Add(`{"message":null,"edited_message":7}`)
	f.Fuzz(func(t *testing.T, raw string) {
		Lane([]byte(raw))
		u, err := Decode(self, name, []byte(raw))
		if err != nil {
			return
		}
		set := 0
		for _, is := range []bool{u.Message != nil, u.Edited != nil, u.Tap != nil, u.Membership != nil} {
			if is {
				set++
			}
		}
		if set > 1 {
			t.Error("more than one kind")
		}
		if m := u.Message; m != nil {
			if m.From.ID == chat.Anonymous {
				t.Error("the shared account of anonymous administrators is nobody")
			}
			if strings.Contains(m.Command, "@") {
				t.Errorf("command %q", m.Command)
			}
		}
	})
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"a😀😀", 4, "a😀…"}, {"😀😀", 3, "😀…"}, {"", 1, ""}} {
		if got := shorten(c.in, c.max); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
