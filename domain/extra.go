package domain

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
	"unicode/utf8"
)

// DateLayout is how dates stand in dados_extras.
const DateLayout = "2006-01-02"

// MaxExtra bounds dados_extras in bytes; the form's own fields need well under 8 KiB.
const MaxExtra = 64 << 10

// NewCollaborator is the structured part (dados_extras) of a ticket that asks for a
// newcomer's equipment. Dates are in [DateLayout].
type NewCollaborator struct {
	Name      string        `json:"colaborador_nome"`
	BirthDate string        `json:"colaborador_data_nascimento"`
	StartDate string        `json:"data_inicio"`
	Equipment EquipmentForm `json:"equipamentos"`
	Apps      AppsForm      `json:"aplicativos"`
	Folders   string        `json:"sharepoint_pastas"`
}

// EquipmentForm says which equipment a newcomer gets.
type EquipmentForm struct {
	Phone  bool `json:"celular"`
	Laptop bool `json:"notebook"`
	Email  bool `json:"email"`
	Debx   bool `json:"debx"`
}

// AppsForm says which applications a newcomer gets.
type AppsForm struct {
	WhatsApp bool `json:"whatsapp"`
	Chrome   bool `json:"chrome"`
}

// ParseNewCollaborator reads dados_extras; unknown members are ignored here and kept in
// the stored document.
func ParseNewCollaborator(raw json.RawMessage) (NewCollaborator, error) {
	var n NewCollaborator
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return n, nil
	}
	err := json.Unmarshal(raw, &n)
	return n, err
}

// checkExtra validates dados_extras for a category: always a JSON object or absent; for
// a newcomer the three required fields.
func checkExtra(c *checks, cat Category, raw json.RawMessage) {
	if len(raw) > MaxExtra {
		c.add("dados_extras", "too_long", "Max", MaxExtra)
		return
	}
	if len(raw) > 0 && !isObject(raw) {
		c.add("dados_extras", "not_an_object")
		return
	}
	if !plainJSON(raw) {
		c.add("dados_extras", "control_characters")
		return
	}
	if cat != CategoryNewCollaborator {
		return
	}
	n, err := ParseNewCollaborator(raw)
	if err != nil {
		c.add("dados_extras", "malformed")
		return
	}
	switch l := utf8.RuneCountInString(n.Name); {
	case l == 0:
		c.add("dados_extras.colaborador_nome", "required")
	case l > MaxName:
		c.add("dados_extras.colaborador_nome", "too_long", "Max", MaxName)
	}
	checkDate(c, "dados_extras.colaborador_data_nascimento", n.BirthDate)
	checkDate(c, "dados_extras.data_inicio", n.StartDate)
}

func checkDate(c *checks, field, s string) {
	if s == "" {
		c.add(field, "required")
		return
	}
	if _, err := time.Parse(DateLayout, s); err != nil {
		c.add(field, "not_a_date")
	}
}

func isObject(raw json.RawMessage) bool {
	t := bytes.TrimSpace(raw)
	return bytes.Equal(t, []byte("null")) || len(t) > 0 && t[0] == '{' && json.Valid(t)
}

// plainJSON reports whether every text and number of a document can be searched and
// computed with: no control characters, no broken characters, no number beyond a float's.
func plainJSON(raw json.RawMessage) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			return false
		}
		if s, ok := token.(string); ok && hasControl(s) {
			return false
		}
	}
}
