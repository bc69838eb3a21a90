package telegram

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"

	"chamados/bot/chat"
	"chamados/domain"
)

// text returns what a message says: its text or caption, and as lines of their own what
// else can be said in words.
func text(m *message) string {
	lines := []string{m.Text + m.Caption}
	if c := m.Contact; c != nil {
		name := strings.TrimSpace(c.FirstName + " " + c.LastName)
		lines = append(lines, chat.ContactMark+name+", +"+strings.TrimPrefix(c.PhoneNumber, "+"))
	}
	switch {
	case m.Venue != nil:
		lines = append(lines, chat.PlaceMark+m.Venue.Title+", "+m.Venue.Address, chat.PlaceMark+mapLink(m.Venue.Location))
	case m.Location != nil:
		lines = append(lines, chat.PlaceMark+mapLink(*m.Location))
	}
	return strings.TrimPrefix(strings.Join(lines, "\n"), "\n")
}

func mapLink(l models.Location) string {
	degrees := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return "https://maps.google.com/?q=" + degrees(l.Latitude) + "," + degrees(l.Longitude)
}

// command returns the command that the message begins with and what follows it, or that it is one
// for another bot. Offsets count UTF-16 units.
func (d decoder) command(m *message) (name, args string, other bool) {
	text, entities := m.Text, m.Entities
	if text == "" {
		text, entities = m.Caption, m.CaptionEntities
	}
	for _, e := range entities {
		if e.Type != models.MessageEntityTypeBotCommand || e.Offset != 0 {
			continue
		}
		units := utf16.Encode([]rune(text))
		if e.Length < 2 || e.Length > len(units) {
			continue
		}
		name, to, addressed := strings.Cut(string(utf16.Decode(units[1:e.Length])), "@")
		if addressed && !strings.EqualFold(to, d.botUsername) {
			return "", "", true
		}
		return strings.ToLower(name), strings.TrimSpace(string(utf16.Decode(units[e.Length:]))), false
	}
	return "", "", false
}

// files returns the files of a message, those that a bot may download and those beyond.
func files(m *message) (fit, tooLarge []domain.NewAttachment) {
	for _, f := range attachments(m) {
		f.Name = domain.CleanFileName(f.Name)
		if f.Size > domain.MaxAttachment {
			tooLarge = append(tooLarge, f)
		} else {
			fit = append(fit, f)
		}
	}
	return fit, tooLarge
}

func attachments(m *message) []domain.NewAttachment {
	id := m.ID
	file := func(given, base, mimeType, fallback string, size int64, fileID string) domain.NewAttachment {
		if mimeType == "" {
			mimeType = fallback
		}
		if given == "" {
			given = fmt.Sprintf("%s-%d%s", base, id, extension(mimeType))
		}
		return domain.NewAttachment{Name: given, MIME: mimeType, Size: size, FileID: fileID}
	}
	var out []domain.NewAttachment
	if p := largest(m.Photo); p != nil {
		out = append(out, file("", "foto", "image/jpeg", "", int64(p.FileSize), p.FileID))
	}
	switch {
	case m.Animation != nil: // Telegram sets document too
		f := m.Animation
		out = append(out, file(f.FileName, "animacao", f.MimeType, "video/mp4", f.FileSize, f.FileID))
	case m.Document != nil:
		f := m.Document
		out = append(out, file(f.FileName, "arquivo", f.MimeType, "application/octet-stream", f.FileSize, f.FileID))
	}
	if f := m.Audio; f != nil {
		out = append(out, file(audioName(f), "audio", f.MimeType, "audio/mpeg", f.FileSize, f.FileID))
	}
	if f := m.Video; f != nil {
		out = append(out, file(f.FileName, "video", f.MimeType, "video/mp4", f.FileSize, f.FileID))
	}
	if f := m.VideoNote; f != nil {
		out = append(out, file("", "video", "video/mp4", "", int64(f.FileSize), f.FileID))
	}
	if f := m.Voice; f != nil {
		out = append(out, file("", "voz", f.MimeType, "audio/ogg", f.FileSize, f.FileID))
	}
	return out
}

// largest returns the largest size of a photo that a bot may download, the smallest if
// none is small enough, nil for no photo.
func largest(sizes []models.PhotoSize) *models.PhotoSize {
	var best *models.PhotoSize
	better := func(a, b *models.PhotoSize) bool {
		aFits, bFits := a.FileSize <= domain.MaxAttachment, b.FileSize <= domain.MaxAttachment
		if aFits != bFits {
			return aFits
		}
		larger := a.Width*a.Height > b.Width*b.Height
		return larger == aFits
	}
	for i := range sizes {
		if best == nil || better(&sizes[i], best) {
			best = &sizes[i]
		}
	}
	return best
}

func audioName(f *models.Audio) string {
	if f.FileName != "" || f.Title == "" {
		return f.FileName
	}
	name := strings.TrimPrefix(f.Performer+" - "+f.Title, " - ")
	return name + extension(f.MimeType)
}

// extension returns the usual ending for a type, "" if there is none.
func extension(mimeType string) string {
	mimeType, _, _ = strings.Cut(mimeType, ";")
	return extensions[mimeType]
}

// extensions are the endings of what people send most. The standard library's table differs
// from machine to machine.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
	"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "application/pdf": ".pdf", "application/zip": ".zip",
	"text/plain": ".txt", "text/csv": ".csv",
}
