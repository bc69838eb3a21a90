package callback

import (
	"strconv"
	"strings"

	"chamados/domain"
)

// field is one place in a button's data.
type field struct {
	get func(*Data) string
	set func(*Data, string) bool // false if the text is not a value of the field
}

var (
	ticket  = number(func(d *Data) *int64 { return &d.Ticket }, 1)
	comment = number(func(d *Data) *int64 { return &d.Comment }, 1)
	maybe   = number(func(d *Data) *int64 { return &d.Comment }, 0)
	user    = number(func(d *Data) *int64 { return &d.User }, 0)
	page    = number(func(d *Data) *int64 { return &d.Page }, 0)
	nonce   = word(func(d *Data) *string { return &d.Nonce }, 1, maxWord)
	verb    = word(func(d *Data) *string { return &d.Word }, 1, maxWord)
	value   = word(func(d *Data) *string { return &d.Value }, 0, maxValue)

	status = field{
		get: func(d *Data) string { return string(d.Status) },
		set: func(d *Data, s string) bool { d.Status = domain.Status(s); return d.Status.Valid() },
	}
	priority = field{
		get: func(d *Data) string { return string(d.Priority) },
		set: func(d *Data, s string) bool { d.Priority = domain.Priority(s); return d.Priority.Valid() },
	}
)

// layouts says which fields each verb carries, in order.
var layouts = map[Verb][]field{
	Take: {ticket}, Release: {ticket}, SetStatus: {ticket, status}, SetPriority: {ticket, priority},
	Assign: {ticket, user}, PriorityMenu: {ticket}, AssignMenu: {ticket, page}, History: {ticket},
	Back: {ticket}, Open: {ticket}, OpenMine: {ticket}, Reply: {ticket}, Note: {ticket}, MyCard: {ticket},
	MyHistory: {ticket}, AskCancel: {ticket}, Confirm: {ticket}, Reopen: {ticket},
	Rate: {ticket, page}, RateText: {ticket}, Files: {ticket, maybe},
	Undo: {comment}, Mine: {page}, Queue: {page}, Assigned: {page},
	Draft: {nonce, verb, value}, Behalf: {user}, Language: {verb}, Unlink: {}, Shortcut: {verb}, Prefs: {verb, value}, Digest: {verb, value},
	Search: {nonce, page}, AddEdit: {nonce}, Move: {nonce}, Takes: {verb},
}

// number is a decimal of at least least, without sign or leading zeros.
func number(at func(*Data) *int64, least int64) field {
	return field{
		get: func(d *Data) string { return strconv.FormatInt(*at(d), 10) },
		set: func(d *Data, s string) bool {
			n, err := strconv.ParseInt(s, 10, 64)
			*at(d) = n
			return err == nil && n >= least && strconv.FormatInt(n, 10) == s
		},
	}
}

// word is a short word of the bot's own; what people typed never goes into a button.
func word(at func(*Data) *string, least, most int) field {
	return field{
		get: func(d *Data) string { return *at(d) },
		set: func(d *Data, s string) bool {
			*at(d) = s
			return len(s) >= least && len(s) <= most && strings.Trim(s, alphabet) == ""
		},
	}
}

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789_-"
