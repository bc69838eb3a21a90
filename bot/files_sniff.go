package bot

import (
	"bytes"
	"net/http"
	"strings"
)

// sniff returns the type of a content by what it is, whatever the sender called it. What
// the standard library only knows as a container is looked at more closely.
func sniff(content []byte) string {
	found := http.DetectContentType(content)
	switch {
	case found == "application/zip":
		return sniffZip(content)
	case found == "application/ogg" && bytes.Contains(content[:min(len(content), 64)], []byte("OpusHead")):
		return "audio/ogg"
	case strings.HasPrefix(found, "text/xml"), strings.HasPrefix(found, "text/html"):
		// Nothing that a browser would run.
		return "text/plain; charset=utf-8"
	}
	return found
}

// officeTypes are told apart by the first entries of their archive.
var officeTypes = []struct{ entry, mime string }{
	{"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"},
	{"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"},
}

// sniffZip looks for the names of entries at both ends of the archive, where its headers
// and its directory are. Nothing is unpacked.
func sniffZip(content []byte) string {
	const end = 64 << 10
	head, tail := content[:min(len(content), end)], content[max(0, len(content)-end):]
	for _, t := range officeTypes {
		name := []byte(t.entry)
		if !strings.HasPrefix(t.entry, "mimetype") {
			if !bytes.Contains(head, []byte("[Content_Types].xml")) && !bytes.Contains(tail, []byte("[Content_Types].xml")) {
				continue
			}
		}
		if bytes.Contains(head, name) || bytes.Contains(tail, name) {
			return t.mime
		}
	}
	return "application/zip"
}
