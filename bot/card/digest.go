package card

import (
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Words of [callback.Digest].
const (
	DigestQueue    = "fila"
	DigestAssigned = "minhas"
	DigestTake     = "assumir" // Value: the ticket's number
)

// Digest tells how the desk stands, or (own) the reader with their own tickets.
func Digest(lang domain.Lang, d domain.Digest, own bool, o Options) chat.Outgoing {
	title := "digest.title"
	if own {
		title = "digest.title_own"
	}
	if d.Empty() {
		return chat.Outgoing{Text: blocks(Text(lang, title, i18n.Args{"When": o.local(lang, o.Now)}), Text(lang, "digest.empty", nil))}
	}
	return chat.Outgoing{
		Text: blocks(
			Text(lang, title, i18n.Args{"When": o.local(lang, o.Now)}),
			lines(counted(lang, "digest.open", d.Total())+priorities(d), counted(lang, "digest.overdue", d.Overdue),
				counted(lang, "digest.at_risk", d.AtRisk), counted(lang, "digest.waiting", d.Waiting), unassigned(lang, d, own)),
			lines(counted(lang, "digest.new", d.New), counted(lang, "digest.resolved", d.Resolved)),
			oldest(lang, d, o),
		),
		Keyboard: digestKeyboard(lang, d, own),
	}
}

// counted is a line with a number; none for zero.
func counted(lang domain.Lang, key string, n int64) string {
	if n == 0 {
		return ""
	}
	return Count(lang, key, int(n), nil)
}

func unassigned(lang domain.Lang, d domain.Digest, own bool) string {
	if own {
		return ""
	}
	return counted(lang, "digest.unassigned", d.Unassigned)
}

// priorities are the open tickets by priority: " · 🔴 1 · 🟡 3".
func priorities(d domain.Digest) string {
	out := ""
	for _, p := range domain.Priorities {
		if n := d.Open[p]; n > 0 {
			out += " · " + p.Emoji() + " " + strconv.FormatInt(n, 10)
		}
	}
	return out
}

// oldest lists the tickets that have been on us for longest.
func oldest(lang domain.Lang, d domain.Digest, o Options) string {
	const titleInDigest = 60
	var rows []string
	for _, t := range d.Oldest {
		rows = append(rows, t.Priority.Emoji()+" #"+number(t.ID)+" "+cut(t.Title, titleInDigest)+" · "+
			Escape(i18n.Age(lang, o.Now.Sub(t.CreatedAt))))
	}
	if len(rows) == 0 {
		return ""
	}
	return lines(append([]string{Text(lang, "digest.oldest", nil)}, rows...)...)
}

func digestKeyboard(lang domain.Lang, d domain.Digest, own bool) [][]chat.Button {
	button := func(key string, args i18n.Args, word, value string) chat.Button {
		return chat.Button{
			Text: Shorten(i18n.Text(lang, "digest.button."+key, args), maxButton),
			Data: callback.Must(callback.Data{Verb: callback.Digest, Word: word, Value: value}),
		}
	}
	if own {
		hour := prefsButton(i18n.Text(lang, "digest.button.hour", nil), PrefsShow, "")
		return [][]chat.Button{{button("assigned", nil, DigestAssigned, "")}, {hour}}
	}
	var rows [][]chat.Button
	if d.Next != nil {
		take := button("take", i18n.Args{"Number": number(d.Next.ID)}, DigestTake, number(d.Next.ID))
		take.Style = chat.Primary
		rows = append(rows, []chat.Button{take})
	}
	if d.Unassigned > 0 {
		rows = append(rows, []chat.Button{button("queue", nil, DigestQueue, "")})
	}
	return rows
}
