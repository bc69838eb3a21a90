package domain

import (
	"errors"
	"testing"
)

// What cannot be seen is as good as nothing: a ticket without a visible title cannot be told from others.
func TestInvisibleTextIsNone(t *testing.T) {
	for _, blank := range []string{"", " \n", "\u200b", " \u200b\ufeff\u2060 ", "\u3164", "\u2800", "\ufe0f", "\u202e"} {
		_, _, err := NewTicket{Title: blank, Description: blank, Category: CategoryOther}.open(carla, day)
		if got := fieldKeys(err); got["titulo"] != "required" || got["descricao"] != "required" {
			t.Errorf("ticket %q: %v", blank, err)
		}
		n := NewComment{Text: blank}
		if got := fieldKeys(n.validate(carla, ticketOf(carla, StatusOpen))); got["comentario"] != "required" {
			t.Errorf("comment %q: %v", blank, got)
		}
		u := NewUser{Name: blank, Email: "a@exemplo.com.br", Role: RoleEmployee}
		u.Normalize()
		if got := fieldKeys(u.Validate()); got["nome"] != "required" {
			t.Errorf("name %q: %v", blank, got)
		}
	}
}

func TestTitlesAndNamesKeepTheirDirection(t *testing.T) {
	for given, want := range map[string]string{
		"foto\u202egnp.exe": "fotognp.exe", "\u2066a\u2069  b": "a b", "👩\u200d💻 não liga": "👩\u200d💻 não liga",
	} {
		got, _, err := NewTicket{Title: given, Description: given, Category: CategoryOther}.open(carla, day)
		if err != nil || got.Title != want || got.Description != given {
			t.Errorf("%q became %q, %q: %v", given, got.Title, got.Description, err)
		}
		u := NewUser{Name: given}
		if u.Normalize(); u.Name != want {
			t.Errorf("name %q became %q", given, u.Name)
		}
	}
}

// fieldKeys returns what is wrong with each field.
func fieldKeys(err error) map[string]string {
	out := map[string]string{}
	if e, ok := errors.AsType[*Error](err); ok {
		for _, f := range e.Fields {
			out[f.Field] = f.Key
		}
	}
	return out
}
