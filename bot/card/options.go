// Package card draws what the bot says: messages and keyboards as pure values, in each
// language. Every value is escaped; no message is over Telegram's limits.
package card

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Reader is for whom a ticket's card is drawn.
type Reader string

const (
	IT        Reader = "ti"
	Requester Reader = "solicitante"
)

// Options are what a card needs to know beside the ticket.
type Options struct {
	For       Reader
	Now       time.Time
	PanelURL  string         // base of the panel's addresses; "" for none
	Reachable bool           // the requester can be written to in chat
	Location  *time.Location // nil: UTC
	Former    bool           // the reader had the ticket and has it no more
	Moved     bool           // the card is in another topic of the group now
	Copy      bool           // not the live card of the chat: its buttons act on this message
}

// local returns a day and time as the desk's people read it.
func (o Options) local(lang domain.Lang, t time.Time) string {
	loc := o.Location
	if loc == nil {
		loc = time.UTC
	}
	return i18n.DateTime(lang, t.In(loc))
}

// panelButton returns the row with the link to the ticket in the panel; none when
// Telegram would refuse the address, as it does with every private one.
func (o Options) panelButton(lang domain.Lang, ticketID int64) []chat.Button {
	if !public(o.PanelURL) {
		return nil
	}
	address := strings.TrimRight(o.PanelURL, "/") + "/chamados/" + strconv.FormatInt(ticketID, 10)
	return []chat.Button{{Text: i18n.Text(lang, "bot.button.panel", nil), URL: address}}
}

func public(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	return strings.Contains(host, ".") && !strings.HasSuffix(host, ".local") && !strings.HasSuffix(host, ".localhost")
}

// button returns a button of the card.
func (o Options) button(text string, d callback.Data) chat.Button {
	d.Copy = o.Copy
	return chat.Button{Text: Shorten(text, maxButton), Data: callback.Must(d)}
}

// labelled is button with the text of a catalog key below bot.button.
func (o Options) labelled(lang domain.Lang, key string, d callback.Data) chat.Button {
	return o.button(i18n.Text(lang, "bot.button."+key, nil), d)
}
