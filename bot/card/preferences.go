package card

import (
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Words of [callback.Prefs].
const (
	PrefsShow   = "ver" // the choices, below the message with the button
	PrefsVia    = "canal"
	PrefsTopic  = "assunto"
	PrefsQuiet  = "silencio" // Value: "1320-420" in minutes of the day, or "0"
	PrefsUrgent = "urgente"
	PrefsDigest = "resumo" // Value: "480" in minutes of the day, DigestUsual or DigestOff
	PrefsMute   = "calar"  // Value: a ticket
	PrefsHear   = "ouvir"  // likewise
)

// Values of [PrefsDigest] beside a time.
const (
	DigestUsual = "casa"
	DigestOff   = "nao"
)

// What there is to choose from by a tap, in hours.
var (
	quietOffers  = [][2]int{{20, 8}, {22, 7}}
	digestOffers = []int{7, 9, 13}
)

// maxMutedButtons is for how many silenced tickets the choices have a button.
const maxMutedButtons = 8

// Preferences shows a person's choices with the buttons that change them.
func Preferences(lang domain.Lang, u domain.User, p domain.Preferences) chat.Outgoing {
	via := p.Via
	if via == "" {
		via = domain.ViaChat
	}
	quiet := Text(lang, "prefs.quiet_off", nil)
	if p.Quiet {
		quiet = Text(lang, "prefs.quiet_on", i18n.Args{"From": Clock(p.QuietFrom), "To": Clock(p.QuietTo)})
	}
	muted, usage := "", "prefs.usage"
	if n := len(p.Tickets); n > 0 {
		muted = Count(lang, "prefs.muted", n, nil)
	}
	rows := [][]chat.Button{viaRow(lang, via)}
	rows = append(rows, inRows(topicButtons(lang, u, p), 2)...)
	rows = append(rows, quietRow(lang, p))
	if p.Quiet {
		key := "prefs.button.urgent_off"
		if p.Urgent {
			key = "prefs.button.urgent_on"
		}
		rows = append(rows, []chat.Button{prefsButton(i18n.Text(lang, key, nil), PrefsUrgent, "")})
	}
	digest := ""
	if u.IsIT() {
		usage = "prefs.usage_it"
		digest = digestChoice(lang, p)
		rows = append(rows, digestRows(lang, p)...)
	}
	rows = append(rows, mutedRows(p)...)
	return chat.Outgoing{
		Text: blocks(Text(lang, "prefs.title", nil), lines(Text(lang, "prefs.via."+string(via), nil), quiet, digest, muted),
			Text(lang, usage, nil)),
		Keyboard: rows,
	}
}

// chosen marks the choice that holds.
func chosen(on bool, text string) string {
	if on {
		return "✓ " + text
	}
	return text
}

func viaRow(lang domain.Lang, now domain.Via) []chat.Button {
	var row []chat.Button
	for _, via := range domain.Vias {
		row = append(row, prefsButton(chosen(via == now, i18n.Text(lang, "prefs.button.via_"+string(via), nil)), PrefsVia, string(via)))
	}
	return row
}

// topicButtons switch topics; that of the digest has its own.
func topicButtons(lang domain.Lang, u domain.User, p domain.Preferences) []chat.Button {
	var out []chat.Button
	for _, t := range domain.TopicsFor(u) {
		if t == domain.TopicDigests {
			continue
		}
		sign := "🔔 "
		if p.Mutes(t) {
			sign = "🔕 "
		}
		out = append(out, prefsButton(sign+i18n.Text(lang, "prefs.topic."+string(t), nil), PrefsTopic, string(t)))
	}
	return out
}

func quietRow(lang domain.Lang, p domain.Preferences) []chat.Button {
	row := []chat.Button{prefsButton(chosen(!p.Quiet, i18n.Text(lang, "prefs.button.quiet_none", nil)), PrefsQuiet, "0")}
	for _, h := range quietOffers {
		from, to := h[0]*60, h[1]*60
		on := p.Quiet && p.QuietFrom == from && p.QuietTo == to
		row = append(row, prefsButton(chosen(on, Clock(from)+"–"+Clock(to)), PrefsQuiet, strconv.Itoa(from)+"-"+strconv.Itoa(to)))
	}
	return row
}

// digestChoice says when the digest of one's own comes.
func digestChoice(lang domain.Lang, p domain.Preferences) string {
	switch {
	case p.Mutes(domain.TopicDigests):
		return Text(lang, "prefs.digest_off", nil)
	case p.OwnHour:
		return Text(lang, "prefs.digest_at", i18n.Args{"At": Clock(p.DigestAt)})
	}
	return Text(lang, "prefs.digest_usual", nil)
}

func digestRows(lang domain.Lang, p domain.Preferences) [][]chat.Button {
	off := p.Mutes(domain.TopicDigests)
	first := []chat.Button{
		prefsButton(chosen(off, i18n.Text(lang, "prefs.button.digest_off", nil)), PrefsDigest, DigestOff),
		prefsButton(chosen(!off && !p.OwnHour, i18n.Text(lang, "prefs.button.digest_usual", nil)), PrefsDigest, DigestUsual),
	}
	var hours []chat.Button
	for _, h := range digestOffers {
		on := !off && p.OwnHour && p.DigestAt == h*60
		hours = append(hours, prefsButton(chosen(on, "📊 "+Clock(h*60)), PrefsDigest, strconv.Itoa(h*60)))
	}
	return [][]chat.Button{first, hours}
}

// mutedRows make silenced tickets heard again.
func mutedRows(p domain.Preferences) [][]chat.Button {
	var out []chat.Button
	for _, id := range p.Tickets[:min(len(p.Tickets), maxMutedButtons)] {
		out = append(out, prefsButton("🔇 #"+number(id), PrefsHear, number(id)))
	}
	return inRows(out, 4)
}

// Muted says that nothing more is heard of a ticket, or that it is heard of again.
func Muted(lang domain.Lang, ticketID int64, muted bool) chat.Outgoing {
	key, word := "prefs.heard", PrefsMute
	if muted {
		key, word = "prefs.silenced", PrefsHear
	}
	button := prefsButton(i18n.Text(lang, "prefs.button."+word, nil), word, number(ticketID))
	return chat.Outgoing{Text: Text(lang, key, i18n.Args{"Number": number(ticketID)}), Keyboard: [][]chat.Button{{button}}}
}

func prefsButton(text, word, value string) chat.Button {
	return chat.Button{Text: Shorten(text, maxButton), Data: callback.Must(callback.Data{Verb: callback.Prefs, Word: word, Value: value})}
}

// Clock writes a minute of the day as people read it.
func Clock(minutes int) string { return domain.DayClock(minutes) }
