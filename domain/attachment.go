package domain

import (
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxAttachment is the largest file taken, in bytes: what Telegram lets a bot download.
const MaxAttachment = 20 << 20

// MaxFileName is the size of anexos.nome_arquivo in characters.
const MaxFileName = 255

// Attachment is a file on a ticket. Its content is either stored or, for a moment after
// a chat message, still to be fetched from Telegram.
type Attachment struct {
	ID         int64
	TicketID   int64
	CommentID  int64 // 0 when it came with the ticket itself
	UploaderID int64
	Name       string
	MIME       string
	Size       int64 // bytes
	CreatedAt  time.Time
	Internal   bool   // belongs to an internal note
	Stored     bool   // the content can be downloaded
	FileID     string // Telegram's, "" if uploaded elsewhere
}

// VisibleTo reports whether a may see the attachment of a ticket that a may see.
func (f Attachment) VisibleTo(x Actor) bool { return !f.Internal || x.IsIT() }

// NewAttachment is a file to be kept: Telegram's file_id, fetched after commit, or the
// content itself.
type NewAttachment struct {
	Name    string `json:"name"`
	MIME    string `json:"mime"`
	Size    int64  `json:"size"`
	FileID  string `json:"file_id,omitempty"`
	Content []byte `json:"-"`
}

// CleanFileName returns the last element of a client's path without control characters,
// at most [MaxFileName] characters, keeping the extension; "arquivo" if nothing is left.
func CleanFileName(s string) string {
	s = path.Base(strings.ReplaceAll(strings.ToValidUTF8(s, ""), `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if s == "" || s == "." || s == ".." || s == "/" {
		return "arquivo"
	}
	if n := utf8.RuneCountInString(s); n > MaxFileName {
		ext := []rune(path.Ext(s))
		if len(ext) > 16 {
			ext = nil
		}
		s = string([]rune(s)[:MaxFileName-len(ext)]) + string(ext)
	}
	return s
}
