package emulator

import (
	"encoding/json"
	"slices"
	"strings"
)

const (
	maxRow     = 8
	maxButtons = 100
	maxData    = 64 // bytes
)

type markup struct {
	inline *Keyboard
	reply  json.RawMessage // a keyboard below the input field, its removal, or a forced reply
}

// parseMarkup checks a reply_markup as strictly as Telegram does.
func parseMarkup(raw string) (markup, error) {
	if raw == "" || raw == "null" {
		return markup{}, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &fields); err != nil {
		return markup{}, badRequest("can't parse reply keyboard markup JSON object")
	}
	if _, ok := fields["inline_keyboard"]; ok {
		k, err := parseInline([]byte(raw))
		return markup{inline: k}, err
	}
	for _, key := range []string{"keyboard", "remove_keyboard", "force_reply"} {
		if _, ok := fields[key]; ok {
			return markup{reply: json.RawMessage(raw)}, nil
		}
	}
	return markup{}, badRequest("object expected as reply markup")
}

// parseInline returns nil for a keyboard without buttons.
func parseInline(raw []byte) (*Keyboard, error) {
	var k Keyboard
	if err := json.Unmarshal(raw, &k); err != nil {
		return nil, badRequest("can't parse inline keyboard: %v", err)
	}
	k.Rows = slices.DeleteFunc(k.Rows, func(row []Button) bool { return len(row) == 0 })
	total := 0
	for _, row := range k.Rows {
		total += len(row)
		if len(row) > maxRow || total > maxButtons {
			return nil, badRequest("REPLY_MARKUP_TOO_LONG")
		}
		for i := range row {
			if err := checkButton(&row[i]); err != nil {
				return nil, err
			}
		}
	}
	if total == 0 {
		return nil, nil
	}
	return &k, nil
}

func checkButton(b *Button) error {
	if b.CopyText != nil && b.CopyText.Text == "" {
		b.CopyText = nil // the bot library sends it empty with every button
	}
	if strings.TrimSpace(b.Text) == "" {
		return badRequest("can't parse inline keyboard button: Field \"text\" must be of type String and not empty")
	}
	actions := 0
	for _, set := range []bool{b.Data != "", b.URL != "", b.CopyText != nil, b.WebApp != nil, b.SwitchInline != nil, b.SwitchHere != nil} {
		if set {
			actions++
		}
	}
	switch {
	case actions == 0:
		return badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	case actions > 1:
		return badRequest("can't parse inline keyboard button: exactly one action must be given")
	case len(b.Data) > maxData:
		return badRequest("BUTTON_DATA_INVALID")
	case b.CopyText != nil && utf16Len(b.CopyText.Text) > 256:
		return badRequest("BUTTON_COPY_TEXT_INVALID")
	case !slices.Contains([]string{"", "danger", "success", "primary"}, b.Style):
		return badRequest("invalid button style specified")
	case b.WebApp != nil && !strings.HasPrefix(b.WebApp.URL, "https://"):
		return badRequest("inline keyboard button Web App URL %q is invalid: Only HTTPS links are allowed", b.WebApp.URL)
	}
	if b.URL == "" {
		return nil
	}
	if _, ok := checkURL(b.URL); !ok {
		return badRequest("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
	}
	return nil
}
