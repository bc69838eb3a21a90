package flow

import (
	"encoding/json"
	"slices"

	"chamados/domain"
	"chamados/domain/i18n"
)

// Toggle is one thing that a newcomer can be given.
type Toggle string

const (
	TogglePhone    Toggle = "celular"
	ToggleLaptop   Toggle = "notebook"
	ToggleEmail    Toggle = "email"
	ToggleDebx     Toggle = "debx"
	ToggleWhatsApp Toggle = "whatsapp"
	ToggleChrome   Toggle = "chrome"
)

// Equipment and Apps are the toggles of their steps, in order.
var (
	Equipment = []Toggle{TogglePhone, ToggleLaptop, ToggleEmail, ToggleDebx}
	Apps      = []Toggle{ToggleWhatsApp, ToggleChrome}
)

// Toggles returns those of a step.
func Toggles(s Step) []Toggle {
	switch s {
	case StepEquipment:
		return Equipment
	case StepApps:
		return Apps
	}
	return nil
}

// place returns where a toggle stands in a form, nil for an unknown one.
func (t Toggle) place(f *domain.NewCollaborator) *bool {
	switch t {
	case TogglePhone:
		return &f.Equipment.Phone
	case ToggleLaptop:
		return &f.Equipment.Laptop
	case ToggleEmail:
		return &f.Equipment.Email
	case ToggleDebx:
		return &f.Equipment.Debx
	case ToggleWhatsApp:
		return &f.Apps.WhatsApp
	case ToggleChrome:
		return &f.Apps.Chrome
	}
	return nil
}

// On reports whether a form has the toggle set.
func (t Toggle) On(f domain.NewCollaborator) bool {
	at := t.place(&f)
	return at != nil && *at
}

func (d *Draft) toggle(word string) bool {
	if !slices.Contains(Toggles(d.Step), Toggle(word)) {
		return false
	}
	at := Toggle(word).place(&d.Form)
	*at = !*at
	return true
}

// Ticket returns the input for the ticket that the draft has become.
func (d Draft) Ticket(lang domain.Lang) domain.NewTicket {
	n := domain.NewTicket{
		Title: d.ShownTitle(lang), Description: d.Description(), Category: d.Category,
		Urgency: d.Urgency, RequesterID: d.Requester, Attachments: d.Files, Origin: d.Origin,
	}
	if d.Newcomer() {
		n.Extra, _ = json.Marshal(d.Form) // strings and booleans always marshal
		n.Urgency = ""
		if n.Description == "" {
			n.Description = i18n.Text(lang, "bot.draft.newcomer_description", i18n.Args{"Name": d.Form.Name})
		}
	}
	return n
}
