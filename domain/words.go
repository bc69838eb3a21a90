package domain

import "slices"

// The constants of this file are the one table between the code's English and the
// Portuguese of wire and database: the value of a constant is the word that is stored
// and sent.

// Role says what an account is for.
type Role string

const (
	RoleIT       Role = "ti"
	RoleEmployee Role = "funcionario"
)

// Valid reports whether r is a known role.
func (r Role) Valid() bool { return r == RoleIT || r == RoleEmployee }

// Status is where a ticket stands.
type Status string

const (
	StatusOpen       Status = "aberto"
	StatusInProgress Status = "em_andamento"
	StatusWaiting    Status = "aguardando"
	StatusResolved   Status = "resolvido"
	StatusClosed     Status = "fechado"
	StatusCancelled  Status = "cancelado"
)

// Statuses are all statuses in the order of the board's columns.
var Statuses = []Status{
	StatusOpen, StatusInProgress, StatusWaiting, StatusResolved, StatusClosed, StatusCancelled,
}

// Valid reports whether s is a known status.
func (s Status) Valid() bool { return slices.Contains(Statuses, s) }

// Done reports whether work on the ticket has ended: resolved, closed or cancelled.
func (s Status) Done() bool {
	return s == StatusResolved || s == StatusClosed || s == StatusCancelled
}

// stamps reports whether a ticket in s carries the time it was finished (fechado_em).
func (s Status) stamps() bool { return s == StatusResolved || s == StatusClosed }

// Emoji returns the sign that stands for s in chats and in the panel.
func (s Status) Emoji() string {
	switch s {
	case StatusOpen:
		return "🆕"
	case StatusInProgress:
		return "⚙️"
	case StatusWaiting:
		return "⏳"
	case StatusResolved:
		return "✅"
	case StatusClosed:
		return "🔒"
	case StatusCancelled:
		return "🚫"
	}
	return ""
}

// Category says what a ticket is about.
type Category string

const (
	CategoryHardware        Category = "hardware"
	CategorySoftware        Category = "software"
	CategoryNetwork         Category = "rede"
	CategoryEmail           Category = "email"
	CategorySystem          Category = "sistema"
	CategoryNewCollaborator Category = "novo_colaborador"
	CategoryOther           Category = "outro"
)

// Categories are all categories in the order in which people are offered them.
var Categories = []Category{
	CategoryHardware, CategorySoftware, CategoryNetwork, CategoryEmail,
	CategorySystem, CategoryNewCollaborator, CategoryOther,
}

// Valid reports whether c is a known category.
func (c Category) Valid() bool { return slices.Contains(Categories, c) }

// Emoji returns the sign that stands for c in chats and in the panel.
func (c Category) Emoji() string {
	switch c {
	case CategoryHardware:
		return "🖥️"
	case CategorySoftware:
		return "💻"
	case CategoryNetwork:
		return "🌐"
	case CategoryEmail:
		return "📧"
	case CategorySystem:
		return "⚙️"
	case CategoryNewCollaborator:
		return "👤"
	case CategoryOther:
		return "📝"
	}
	return ""
}

// Priority says how urgent a ticket is.
type Priority string

const (
	PriorityUrgent Priority = "urgente"
	PriorityHigh   Priority = "alta"
	PriorityMedium Priority = "media"
	PriorityLow    Priority = "baixa"
)

// Priorities are all priorities, the most urgent first.
var Priorities = []Priority{PriorityUrgent, PriorityHigh, PriorityMedium, PriorityLow}

// Valid reports whether p is a known priority.
func (p Priority) Valid() bool { return slices.Contains(Priorities, p) }

// Emoji returns the sign that stands for p in chats and in the panel.
func (p Priority) Emoji() string {
	switch p {
	case PriorityUrgent:
		return "🔴"
	case PriorityHigh:
		return "🟠"
	case PriorityMedium:
		return "🟡"
	case PriorityLow:
		return "🟢"
	}
	return ""
}

// Channel is the door through which something was done.
type Channel string

const (
	ChannelChat   Channel = "chat"
	ChannelPanel  Channel = "painel"
	ChannelAPI    Channel = "api"
	ChannelSystem Channel = "sistema"
)

// Lang is a language in which the desk speaks to a person.
type Lang string

const (
	LangPortuguese Lang = "pt-BR"
	LangEnglish    Lang = "en"
)

// Langs are the languages with a complete catalog; the first is the default.
var Langs = []Lang{LangPortuguese, LangEnglish}

// ParseLang returns the language that fits an IETF tag such as Telegram's language_code
// or an Accept-Language entry: English for "en…", Portuguese for all else.
func ParseLang(tag string) Lang {
	if len(tag) >= 2 && (tag[:2] == "en" || tag[:2] == "EN") {
		return LangEnglish
	}
	return LangPortuguese
}
