package emulator

import "encoding/json"

// User is a Telegram user; its JSON is Telegram's.
type User struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`

	// Role is a label under the name on the page; the bot never sees it.
	Role string `json:"-"`
}

// Name returns the first and last name.
func (u User) Name() string {
	if u.LastName == "" {
		return u.FirstName
	}
	return u.FirstName + " " + u.LastName
}

// Group is a group chat to be added to the world. An ID below -1000000000000 makes a supergroup, any
// other negative ID a basic group.
type Group struct {
	ID      int64
	Title   string
	Forum   bool    // topics; supergroups only
	Members []int64 // users added before
	Admins  []int64 // members that are administrators too

	BotAdmin  bool // the bot may pin, delete others' messages, manage topics, and sees everything
	BotAbsent bool // the bot has not been added yet, see Server.AddBot
}

// Chat is the chat object inside messages.
type Chat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	IsForum   bool   `json:"is_forum,omitempty"`
}

// Message is a message as Telegram shows it to the bot. Messages handed out are never changed afterwards.
type Message struct {
	ID              int             `json:"message_id"`
	ThreadID        int             `json:"message_thread_id,omitempty"`
	From            *User           `json:"from,omitempty"`
	SenderChat      *Chat           `json:"sender_chat,omitempty"`
	Date            int64           `json:"date"`
	Chat            Chat            `json:"chat"`
	ForwardOrigin   json.RawMessage `json:"forward_origin,omitempty"`
	IsTopicMessage  bool            `json:"is_topic_message,omitempty"`
	ReplyToMessage  *Message        `json:"reply_to_message,omitempty"`
	EditDate        int64           `json:"edit_date,omitempty"`
	MediaGroupID    string          `json:"media_group_id,omitempty"`
	Text            string          `json:"text,omitempty"`
	Entities        []Entity        `json:"entities,omitempty"`
	Photo           []PhotoSize     `json:"photo,omitempty"`
	Document        *Media          `json:"document,omitempty"`
	Voice           *Media          `json:"voice,omitempty"`
	Video           *Media          `json:"video,omitempty"`
	Audio           *Media          `json:"audio,omitempty"`
	Caption         string          `json:"caption,omitempty"`
	CaptionEntities []Entity        `json:"caption_entities,omitempty"`
	Contact         *Contact        `json:"contact,omitempty"`
	Location        *Location       `json:"location,omitempty"`
	ReplyMarkup     *Keyboard       `json:"reply_markup,omitempty"`

	NewChatMembers    []User          `json:"new_chat_members,omitempty"`
	LeftChatMember    *User           `json:"left_chat_member,omitempty"`
	MigrateToChatID   int64           `json:"migrate_to_chat_id,omitempty"`
	MigrateFromChatID int64           `json:"migrate_from_chat_id,omitempty"`
	PinnedMessage     *Message        `json:"pinned_message,omitempty"`
	ForumTopicCreated *TopicCreated   `json:"forum_topic_created,omitempty"`
	ForumTopicClosed  *struct{}       `json:"forum_topic_closed,omitempty"`
	LinkPreview       json.RawMessage `json:"link_preview_options,omitempty"`
}

// Content returns the text, or the caption of a message with media.
func (m Message) Content() string {
	if m.Text != "" {
		return m.Text
	}
	return m.Caption
}

// HTML returns the content with its formatting as Telegram HTML.
func (m Message) HTML() string {
	if m.Text != "" {
		return renderHTML(m.Text, m.Entities)
	}
	return renderHTML(m.Caption, m.CaptionEntities)
}

// Button returns the inline button with this callback data, URL or label.
func (m Message) Button(name string) (Button, bool) {
	if m.ReplyMarkup == nil {
		return Button{}, false
	}
	for _, row := range m.ReplyMarkup.Rows {
		for _, b := range row {
			if name != "" && (b.Data == name || b.URL == name || b.Text == name) {
				return b, true
			}
		}
	}
	return Button{}, false
}

func (m Message) hasMedia() bool {
	return len(m.Photo) > 0 || m.Document != nil || m.Voice != nil || m.Video != nil || m.Audio != nil
}

// Entity is one piece of formatting; offset and length count UTF-16 units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	User     *User  `json:"user,omitempty"`
	Language string `json:"language,omitempty"`
	EmojiID  string `json:"custom_emoji_id,omitempty"`
}

// PhotoSize is one size of a photo.
type PhotoSize struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
	FileSize     int64  `json:"file_size,omitempty"`
}

// Media is a document, voice message, video or audio.
type Media struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileName     string `json:"file_name,omitempty"`
	MIMEType     string `json:"mime_type,omitempty"`
	FileSize     int64  `json:"file_size,omitempty"`
	Duration     *int   `json:"duration,omitempty"`
	Width        *int   `json:"width,omitempty"`
	Height       *int   `json:"height,omitempty"`
}

// Contact is a shared phone contact.
type Contact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name,omitempty"`
	UserID      int64  `json:"user_id,omitempty"`
}

// Location is a shared position in degrees.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// TopicCreated is the service message that opens a forum topic.
type TopicCreated struct {
	Name      string `json:"name"`
	IconColor int    `json:"icon_color"`
}

// Keyboard is an inline keyboard.
type Keyboard struct {
	Rows [][]Button `json:"inline_keyboard"`
}

// Button is one inline button. Style is "danger", "success", "primary" or empty.
type Button struct {
	Text         string    `json:"text"`
	Data         string    `json:"callback_data,omitempty"`
	URL          string    `json:"url,omitempty"`
	CopyText     *CopyText `json:"copy_text,omitempty"`
	WebApp       *WebApp   `json:"web_app,omitempty"`
	SwitchInline *string   `json:"switch_inline_query,omitempty"`
	SwitchHere   *string   `json:"switch_inline_query_current_chat,omitempty"`
	Style        string    `json:"style,omitempty"`
}

// CopyText is what a button copies to the clipboard.
type CopyText struct {
	Text string `json:"text"`
}

// WebApp is what a button opens.
type WebApp struct {
	URL string `json:"url"`
}

// Command is one entry of the bot's command menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}
