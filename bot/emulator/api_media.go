package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"  // sizes of photos
	_ "image/jpeg" // sizes of photos
	_ "image/png"  // sizes of photos
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

const (
	maxDownload  = 20 << 20
	maxUpload    = 50 << 20
	maxPhoto     = 10 << 20
	linkLifetime = time.Hour
)

// File is the content of a photo or document. Size, if set, is what Telegram claims, so that a test can
// send a file of gigabytes without its bytes.
type File struct {
	Name string
	MIME string
	Data []byte
	Size int64
}

type fileLink struct {
	file  *file
	until time.Time
}

var folders = map[string]string{"photo": "photos", "document": "documents", "video": "videos", "voice": "voice", "audio": "music"}

// store keeps the content and returns what stands for it. The caller holds mu.
func (s *Server) store(kind string, in File) (*file, error) {
	n := s.serial()
	f := &file{
		ID: fmt.Sprintf("AgAC%s-%08d", kind, n), UniqueID: fmt.Sprintf("AQAD%08d", n), Kind: folders[kind],
		Name: path.Base(strings.ReplaceAll(in.Name, "\\", "/")), MIME: in.MIME, Size: in.Size, Blob: fmt.Sprintf("%08d", n),
	}
	if f.Size == 0 {
		f.Size = int64(len(in.Data))
	}
	if f.MIME == "" || f.MIME == "application/octet-stream" {
		if f.MIME = mime.TypeByExtension(path.Ext(f.Name)); f.MIME == "" {
			f.MIME = http.DetectContentType(in.Data)
		}
	}
	f.MIME, _, _ = strings.Cut(f.MIME, ";")
	if cfg, _, err := image.DecodeConfig(bytes.NewReader(in.Data)); err == nil {
		f.Width, f.Height = cfg.Width, cfg.Height
	}
	if err := s.journal.storeBlob(f.Blob, in.Data); err != nil {
		return nil, fmt.Errorf("emulator: keep file: %w", err)
	}
	s.commit(record{File: f})
	return f, nil
}

// attach puts the file into the message as the given kind.
func (s *Server) attach(m *Message, kind string, f *file) {
	media := &Media{FileID: f.ID, FileUniqueID: f.UniqueID, FileName: f.Name, MIMEType: f.MIME, FileSize: f.Size}
	one := 1
	switch kind {
	case "photo":
		m.Photo = photoSizes(f)
	case "document":
		m.Document = media
	case "video":
		media.Duration, media.Width, media.Height = &one, &one, &one
		m.Video = media
	case "voice":
		media.Duration, media.FileName = &one, ""
		m.Voice = media
	case "audio":
		media.Duration = &one
		m.Audio = media
	}
}

// photoSizes offers a small and the full size; both lead to the same bytes.
func photoSizes(f *file) []PhotoSize {
	w, h := f.Width, f.Height
	if w == 0 || h == 0 {
		w, h = 800, 600
	}
	full := PhotoSize{FileID: f.ID, FileUniqueID: f.UniqueID, Width: w, Height: h, FileSize: f.Size}
	if max(w, h) <= 90 {
		return []PhotoSize{full}
	}
	small := full
	small.FileID, small.FileUniqueID = f.ID+"s", f.UniqueID+"s"
	small.Width, small.Height = max(1, w*90/max(w, h)), max(1, h*90/max(w, h))
	small.FileSize = min(f.Size, 1500)
	return []PhotoSize{small, full}
}

func (s *Server) fileByID(id string) *file {
	if f := s.world.files[id]; f != nil {
		return f
	}
	return s.world.files[strings.TrimSuffix(id, "s")]
}

// inputFile resolves an upload, an attachment or a known file id.
func (s *Server) inputFile(p params, kind, field, value string) (*file, error) {
	if name, ok := strings.CutPrefix(value, "attach://"); ok {
		field, value = name, ""
	}
	if up, ok := p.files[field]; ok && value == "" {
		return s.upload(kind, up)
	}
	if strings.Contains(value, "://") {
		return nil, badRequest("failed to get HTTP URL content")
	}
	if f := s.fileByID(value); f != nil && value != "" {
		if f.Kind != folders[kind] {
			return nil, badRequest("can't use file of type %s as %s", strings.TrimSuffix(f.Kind, "s"), kind)
		}
		return f, nil
	}
	if value == "" {
		return nil, badRequest("there is no %s in the request", kind)
	}
	return nil, badRequest("wrong file identifier/HTTP URL specified")
}

func (s *Server) upload(kind string, up File) (*file, error) {
	switch {
	case len(up.Data) == 0:
		return nil, badRequest("file must be non-empty")
	case len(up.Data) > maxUpload, kind == "photo" && len(up.Data) > maxPhoto:
		return nil, &apiError{Code: http.StatusRequestEntityTooLarge, Description: "Request Entity Too Large"}
	}
	if kind == "photo" {
		cfg, _, err := image.DecodeConfig(bytes.NewReader(up.Data))
		if err != nil {
			return nil, badRequest("IMAGE_PROCESS_FAILED")
		}
		if cfg.Width+cfg.Height > 10_000 || cfg.Width > 20*cfg.Height || cfg.Height > 20*cfg.Width {
			return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
		}
	}
	return s.store(kind, up)
}

// sendMedia returns the method that sends one file of a kind.
func sendMedia(kind string) method {
	return func(s *Server, p params) (any, error) {
		caption, entities, err := s.captionOf(p)
		if err != nil {
			return nil, err
		}
		m, c, err := s.draftOf(p)
		if err != nil {
			return nil, err
		}
		if _, err := parseMarkup(p.get("reply_markup")); err != nil {
			return nil, err
		}
		f, err := s.inputFile(p, kind, kind, p.get(kind))
		if err != nil {
			return nil, err
		}
		m.Caption, m.CaptionEntities = caption, entities
		s.attach(m, kind, f)
		return s.sendWithKeyboard(p, m, c)
	}
}

func (s *Server) sendMediaGroup(p params) (any, error) {
	var media []map[string]json.RawMessage
	if _, err := p.json("media", &media); err != nil {
		return nil, err
	}
	if len(media) < 2 || len(media) > 10 {
		return nil, badRequest("group send failed: wrong number of media")
	}
	var album []*Message
	for _, item := range media {
		m, err := s.albumPart(p, item)
		if err != nil {
			return nil, err
		}
		album = append(album, m)
	}
	group := strconv.FormatInt(s.serial(), 10)
	for _, m := range album {
		m.MediaGroupID = group
		s.post(m)
	}
	return album, nil
}

func (s *Server) albumPart(p params, item map[string]json.RawMessage) (*Message, error) {
	fields := params{values: map[string]string{}, files: p.files}
	for name, raw := range item {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		fields.values[name] = text
	}
	kind := fields.get("type")
	if folders[kind] == "" || kind == "voice" {
		return nil, badRequest("can't parse InputMedia: type %q is unsupported", kind)
	}
	m, _, err := s.draftOf(p)
	if err != nil {
		return nil, err
	}
	f, err := s.inputFile(fields, kind, "", fields.get("media"))
	if err != nil {
		return nil, err
	}
	m.Caption, m.CaptionEntities, err = s.captionOf(fields)
	s.attach(m, kind, f)
	return m, err
}

func (s *Server) getFile(p params) (any, error) {
	f := s.fileByID(p.get("file_id"))
	if f == nil {
		return nil, badRequest("wrong file_id or the file is temporarily unavailable")
	}
	if f.Size > maxDownload {
		return nil, badRequest("file is too big")
	}
	at := fmt.Sprintf("%s/file_%s%s", f.Kind, f.Blob, path.Ext(f.Name))
	s.links[at] = fileLink{file: f, until: s.now().Add(linkLifetime)}
	return map[string]any{"file_id": p.get("file_id"), "file_unique_id": f.UniqueID, "file_size": f.Size, "file_path": at}, nil
}

// serveDownload answers /file/bot<token>/<path>.
func (s *Server) serveDownload(w http.ResponseWriter, r *http.Request, rest string) {
	token, at, _ := strings.Cut(rest, "/")
	if token != s.opt.Token {
		reply(w, nil, &apiError{Code: http.StatusUnauthorized, Description: "Unauthorized"})
		return
	}
	s.mu.Lock()
	fault := s.takeFault("download", 0)
	link, ok := s.links[at]
	var data []byte
	var err error
	if ok {
		data, err = s.journal.blob(link.file.Blob)
	}
	expired := s.now().After(link.until)
	s.mu.Unlock()
	switch {
	case fault != nil:
		fault.respond(s, w, r)
	case !ok || err != nil || expired:
		reply(w, nil, &apiError{Code: http.StatusNotFound, Description: "Not Found"})
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data)
	}
}
