package card

import (
	"fmt"
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Words of [callback.Prefs].
const (
	PrefsTopic  = "assunto"
	PrefsQuiet  = "silencio" // Value: "1320-420" in minutes of the day, or "0"
	PrefsUrgent = "urgente"
)

// quietOffers are quiet hours to choose from by a tap, in hours.
var quietOffers = [][2]int{{20, 8}, {22, 7}}

// Preferences shows a person's choices with the buttons that change them.
func Preferences(lang domain.Lang, u domain.User, p domain.Preferences) chat.Outgoing {
	quiet := Text(lang, "prefs.quiet_off", nil)
	if p.Quiet {
		quiet = Text(lang, "prefs.quiet_on", i18n.Args{"From": Clock(p.QuietFrom), "To": Clock(p.QuietTo)})
	}
	var topics []chat.Button
	for _, t := range domain.TopicsFor(u) {
		sign := "🔔 "
		if p.Mutes(t) {
			sign = "🔕 "
		}
		topics = append(topics, prefsButton(sign+i18n.Text(lang, "prefs.topic."+string(t), nil), PrefsTopic, string(t)))
	}
	rows := append(inRows(topics, 2), quietRow(lang))
	if p.Quiet {
		key := "prefs.button.urgent_off"
		if p.Urgent {
			key = "prefs.button.urgent_on"
		}
		rows = append(rows, []chat.Button{prefsButton(i18n.Text(lang, key, nil), PrefsUrgent, "")})
	}
	return chat.Outgoing{Text: blocks(Text(lang, "prefs.title", nil), quiet, Text(lang, "prefs.usage", nil)), Keyboard: rows}
}

func quietRow(lang domain.Lang) []chat.Button {
	row := []chat.Button{prefsButton(i18n.Text(lang, "prefs.button.quiet_none", nil), PrefsQuiet, "0")}
	for _, h := range quietOffers {
		from, to := h[0]*60, h[1]*60
		row = append(row, prefsButton(Clock(from)+"–"+Clock(to), PrefsQuiet, strconv.Itoa(from)+"-"+strconv.Itoa(to)))
	}
	return row
}

func prefsButton(text, word, value string) chat.Button {
	return chat.Button{Text: text, Data: callback.Must(callback.Data{Verb: callback.Prefs, Word: word, Value: value})}
}

// Clock writes a minute of the day as people read it.
func Clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
