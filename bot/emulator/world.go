package emulator

import (
	"encoding/json"
	"maps"
	"slices"
	"sort"
)

// world is everything that a second start must find again. It changes only by applying records, so that
// replaying the journal rebuilds it. What a record carries is never changed afterwards.
type world struct {
	people   map[int64]*person
	chats    map[int64]*chat
	messages map[int64][]*Message
	updates  []*update
	queries  map[string]*query
	commands map[string]commandSet
	files    map[string]*file
	settings settings
	counters counters
}

type person struct {
	User    User   `json:"user"`
	Role    string `json:"role,omitempty"`
	Started bool   `json:"started,omitempty"`
	Blocked bool   `json:"blocked,omitempty"`
}

type chat struct {
	Chat
	Members       map[int64]string `json:"members,omitempty"` // user → creator, administrator, member
	Bot           string           `json:"bot,omitempty"`     // member, administrator, left, kicked
	Topics        map[int]topic    `json:"topics,omitempty"`
	MigratedTo    int64            `json:"migrated_to,omitempty"`
	Pinned        int              `json:"pinned,omitempty"`
	ReplyKeyboard json.RawMessage  `json:"reply_keyboard,omitempty"`
}

type topic struct {
	Name   string `json:"name"`
	Closed bool   `json:"closed,omitempty"`
}

type update struct {
	ID   int64           `json:"id"`
	Seq  int64           `json:"seq"`  // unique also for a duplicated update
	Kind string          `json:"kind"` // message, callback_query, …
	Lane string          `json:"lane"` // one webhook delivery at a time in each
	At   int64           `json:"at"`   // Unix seconds
	Body json.RawMessage `json:"body"` // with update_id
}

type query struct {
	ID       string          `json:"id"`
	UserID   int64           `json:"user_id"`
	ChatID   int64           `json:"chat_id"`
	At       int64           `json:"at"`
	Answered *CallbackAnswer `json:"answered,omitempty"`
}

type commandSet struct {
	Scope    commandScope `json:"scope"`
	Language string       `json:"language,omitempty"`
	Commands []Command    `json:"commands"`
}

type file struct {
	ID       string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Name     string `json:"name"`
	MIME     string `json:"mime"`
	Size     int64  `json:"size"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Kind     string `json:"kind"` // photos, documents, …: the folder of its path
	Blob     string `json:"blob"` // name of the stored content
}

type settings struct {
	Webhook     webhook           `json:"webhook"`
	Allowed     []string          `json:"allowed,omitempty"`
	Description map[string]string `json:"description,omitempty"` // method+language → text
}

type counters struct {
	Update  int64         `json:"update"`
	Seq     int64         `json:"seq"`
	Serial  int64         `json:"serial"` // queries, files, albums
	Message map[int64]int `json:"message"`
}

type messageRef struct {
	ChatID int64 `json:"chat_id"`
	ID     int   `json:"message_id"`
}

// record is one change of the world and one line of the journal.
type record struct {
	Person    *person     `json:"person,omitempty"`
	Chat      *chat       `json:"chat,omitempty"`
	Message   *Message    `json:"message,omitempty"`
	Deleted   *messageRef `json:"deleted,omitempty"`
	Update    *update     `json:"update,omitempty"`
	Confirmed []int64     `json:"confirmed,omitempty"` // sequence numbers
	Query     *query      `json:"query,omitempty"`
	Commands  *commandSet `json:"commands,omitempty"`
	File      *file       `json:"file,omitempty"`
	Settings  *settings   `json:"settings,omitempty"`
	Counters  *counters   `json:"counters,omitempty"`
}

func newWorld() *world {
	return &world{
		people: map[int64]*person{}, chats: map[int64]*chat{}, messages: map[int64][]*Message{},
		queries: map[string]*query{}, commands: map[string]commandSet{}, files: map[string]*file{},
		counters: counters{Update: 700_000_000, Message: map[int64]int{}},
	}
}

func (w *world) apply(r record) {
	switch {
	case r.Person != nil:
		r.Person.User.Role = r.Person.Role
		w.people[r.Person.User.ID] = r.Person
	case r.Chat != nil:
		w.chats[r.Chat.ID] = r.Chat
	case r.Message != nil:
		w.putMessage(r.Message)
	case r.Deleted != nil:
		w.dropMessage(*r.Deleted)
	case r.Update != nil:
		w.updates = append(w.updates, r.Update)
		w.counters.Update = max(w.counters.Update, r.Update.ID)
		w.counters.Seq = max(w.counters.Seq, r.Update.Seq)
	case r.Confirmed != nil:
		w.updates = slices.DeleteFunc(w.updates, func(u *update) bool { return slices.Contains(r.Confirmed, u.Seq) })
	case r.Query != nil:
		w.queries[r.Query.ID] = r.Query
	case r.Commands != nil:
		w.putCommands(*r.Commands)
	case r.File != nil:
		w.files[r.File.ID] = r.File
	case r.Settings != nil:
		w.settings = *r.Settings
	case r.Counters != nil:
		w.counters = *r.Counters
		w.counters.Message = maps.Clone(r.Counters.Message)
		if w.counters.Message == nil {
			w.counters.Message = map[int64]int{}
		}
	}
}

// snapshot returns records that rebuild the world.
func (w *world) snapshot() []record {
	c := w.counters
	out := []record{{Counters: &c}, {Settings: &w.settings}}
	for _, p := range w.people {
		out = append(out, record{Person: p})
	}
	for _, c := range w.chats {
		out = append(out, record{Chat: c})
	}
	for _, f := range w.files {
		out = append(out, record{File: f})
	}
	for _, ms := range w.messages {
		for _, m := range ms {
			out = append(out, record{Message: m})
		}
	}
	for _, set := range w.commands {
		out = append(out, record{Commands: &set})
	}
	for _, u := range w.updates {
		out = append(out, record{Update: u})
	}
	for _, q := range w.queries {
		if q.Answered == nil {
			out = append(out, record{Query: q})
		}
	}
	return out
}

func (w *world) putMessage(m *Message) {
	box := w.box(m.Chat.ID)
	w.counters.Message[box] = max(w.counters.Message[box], m.ID)
	list := w.messages[m.Chat.ID]
	i := sort.Search(len(list), func(i int) bool { return list[i].ID >= m.ID })
	if i < len(list) && list[i].ID == m.ID {
		list = slices.Clone(list)
		list[i] = m
	} else {
		list = slices.Insert(list, i, m)
	}
	w.messages[m.Chat.ID] = list
}

func (w *world) dropMessage(ref messageRef) {
	list := slices.Clone(w.messages[ref.ChatID])
	w.messages[ref.ChatID] = slices.DeleteFunc(list, func(m *Message) bool { return m.ID == ref.ID })
}

func (w *world) putCommands(set commandSet) {
	key := set.Scope.key() + "|" + set.Language
	if len(set.Commands) == 0 {
		delete(w.commands, key)
		return
	}
	w.commands[key] = set
}

// box returns whose message counter a chat uses: supergroups count for themselves, all others share one.
func (w *world) box(chatID int64) int64 {
	if isSupergroup(chatID) {
		return chatID
	}
	return 0
}

func (w *world) message(chatID int64, id int) *Message {
	list := w.messages[chatID]
	i := sort.Search(len(list), func(i int) bool { return list[i].ID >= id })
	if i < len(list) && list[i].ID == id {
		return list[i]
	}
	return nil
}

func isSupergroup(chatID int64) bool { return chatID < -1_000_000_000_000 }

func (c *chat) clone() *chat {
	d := *c
	d.Members = maps.Clone(c.Members)
	d.Topics = maps.Clone(c.Topics)
	return &d
}

func (c *chat) private() bool { return c.Type == "private" }

func (c *chat) botPresent() bool { return c.Bot == "member" || c.Bot == "administrator" }

func (c *chat) admin(userID int64) bool {
	return c.Members[userID] == "administrator" || c.Members[userID] == "creator"
}
