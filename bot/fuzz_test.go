package bot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"chamados/bot/chat"
	"chamados/bot/telegram"
	"chamados/domain"
)

// peopled is a world for fuzzing: Ana (501) has ticket 1, Bruno (601) is of IT, 999 is nobody.
func peopled(f *testing.F) (*world, *person, string) {
	w := newWorld(f)
	w.lenient = true
	ana := w.employee("Ana Souza")
	w.technician("Bruno Lima")
	ana.opens("segredo da Ana")
	before, err := json.Marshal(w.ticket(1))
	w.must(err)
	return w, ana, string(before)
}

// Whatever JSON comes as an update, it is handled without an error, and what is not said by Ana or by IT changes
// nothing of Ana's and tells nobody of it.
func FuzzUpdates(f *testing.F) {
	const (
		zed    = `"from":{"id":999,"first_name":"Zé"},"chat":{"id":999,"type":"private"}`
		inside = `"from":{"id":999,"first_name":"Zé"},"chat":{"id":-1001,"type":"supergroup","title":"TI"}`
	)
	for _, seed := range []string{
		`{"message":{"message_id":5,"date":1,` + zed + `,"text":"/start abc","entities":[{"type":"bot_command","offset":0,"length":6}]}}`,
		`{"message":{"message_id":5,"date":1,` + inside + `,"text":"/chamado 1","reply_to_message":{"message_id":101,"chat":{"id":-1001}}}}`,
		`{"message":{"message_id":5,"date":1,` + zed + `,"photo":[{"file_id":"a"}],"media_group_id":"1","caption":"\u0000<b>"}}`,
		`{"edited_message":{"message_id":101,` + inside + `,"text":"x"}}`,
		`{"callback_query":{"id":"q","from":{"id":999,"first_name":"Zé"},"data":"1:o:1","message":{"message_id":3,"chat":{"id":999,"type":"private"}}}}`,
		`{"callback_query":{"id":"q","from":{"id":999},"data":"1:u:1","message":{"message_id":3,"chat":{"id":-1001,"type":"supergroup"}}}}`,
		`{"my_chat_member":{"chat":{"id":-5,"type":"group"},"from":{"id":999},"new_chat_member":{"status":"member"}}}`,
		`{"message":{"message_id":-1,"chat":{"id":-9223372036854775808,"type":"group"},"migrate_to_chat_id":-1}}`,
		`{"message":{"message_id":5,` + zed + `,"text":"a@b.c","venue":{},"contact":{"phone_number":""},"document":{"file_size":99999999}}}`,
	} {
		f.Add(seed)
	}
	w, _, before := peopled(f)
	f.Fuzz(func(t *testing.T, raw string) {
		w.TB = t
		u, err := telegram.Decode(1, "chamados_bot", []byte(raw))
		if err != nil || strings.Contains(raw, "501") || strings.Contains(raw, "601") || strings.Contains(raw, "migrate_to") {
			return // no update at all, or one by those who may, or by Telegram itself
		}
		if _, err := w.try(u); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if now, _ := json.Marshal(w.ticket(1)); string(now) != before {
			t.Fatalf("%s changed the ticket to %s", raw, now)
		}
		for id, all := range w.chats {
			for _, m := range all {
				if id != 501 && id != groupID && m.from == 0 && strings.Contains(m.out.Text, "segredo da Ana") {
					t.Fatalf("%s: chat %d was told %q", raw, id, m.out.Text)
				}
			}
			if id != 501 && id != groupID {
				delete(w.chats, id)
			}
		}
	})
}

// Whatever follows /start, only a link that was made for somebody makes anybody somebody.
func FuzzDeepLinks(f *testing.F) {
	w, _, _ := peopled(f)
	u := w.account("Dora", domain.RoleIT)
	password, err := w.desk.Invite(f.Context(), w.admin, u.ID, domain.InvitePassword)
	w.must(err)
	for _, seed := range []string{password, "", "abc", strings.Repeat("A", 64), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "' OR 1=1 --", "\x00", "%", "a b", "../..", password + "A", strings.ToLower(password)} {
		f.Add(seed)
	}
	zed := w.stranger(999, "Zé")
	f.Fuzz(func(t *testing.T, token string) {
		w.TB = t
		m := zed.compose("/start " + token)
		m.Command, m.Args = "start", strings.TrimSpace(token)
		if _, err := w.try(chat.Update{Message: m}); err != nil {
			t.Fatalf("%q: %v", token, err)
		}
		if _, err := w.desk.AccountByTelegram(t.Context(), zed.ID); domain.CodeOf(err) != domain.CodeNotFound {
			t.Fatalf("%q made a stranger somebody (%v)", token, err)
		}
		delete(w.chats, zed.ID)
	})
}
