package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

//go:embed mail.html
var layout string

var page = template.Must(template.New("mail").Parse(layout))

// letter is what a mail says, before it is HTML and text.
type letter struct {
	Lang     domain.Lang
	Subject  string
	Greeting string
	Blocks   []block
	Footer   string
}

// block is one piece of a letter; exactly one of Text, Code, Quote and Link is set.
type block struct {
	Text  string
	Code  string
	Quote string
	Link  string
	Label string // of the link
}

// message renders a letter.
func (l letter) message() (Message, error) {
	var html bytes.Buffer
	if err := page.Execute(&html, l); err != nil {
		return Message{}, fmt.Errorf("write mail: %w", err)
	}
	parts := []string{l.Greeting}
	for _, b := range l.Blocks {
		parts = append(parts, b.plain())
	}
	parts = append(parts, l.Footer)
	return Message{Subject: oneLine(l.Subject), HTML: html.String(), Text: strings.Join(parts, "\n\n") + "\n"}, nil
}

func (b block) plain() string {
	switch {
	case b.Code != "":
		return "    " + b.Code
	case b.Quote != "":
		return "> " + strings.ReplaceAll(b.Quote, "\n", "\n> ")
	case b.Link != "":
		return b.Label + ":\n" + b.Link
	}
	return b.Text
}

// oneLine keeps a subject from becoming a header of its own.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// writer words the mails.
type writer struct {
	panelURL   func() string
	location   *time.Location
	inviteLink func(token string) string
}

func say(lang domain.Lang, key string, args i18n.Args) string {
	return i18n.Text(lang, "mail."+key, args)
}

// code brings a code; kind names the texts.
func (w writer) code(lang domain.Lang, kind domain.MailKind, name, code string) letter {
	key := "code"
	if kind == domain.MailSignup {
		key = "signup"
	}
	args := i18n.Args{"Name": name, "Minutes": int(domain.CodeTTL / time.Minute)}
	greeting := say(lang, "hello", args)
	if name == "" {
		greeting = say(lang, "hello_nobody", nil)
	}
	return letter{
		Lang: lang, Subject: say(lang, key+".subject", args), Greeting: greeting, Footer: say(lang, key+".footer", args),
		Blocks: []block{{Text: say(lang, key+".body", args)}, {Code: code}},
	}
}

// welcome brings the two personal links of a new account. Where there is no bot yet there is
// one.
func (w writer) welcome(lang domain.Lang, u domain.User, s domain.MailSecrets) letter {
	args := i18n.Args{"Name": u.Name, "Email": u.Email, "Days": int(domain.InviteTTL / (24 * time.Hour))}
	blocks := []block{{Text: say(lang, "welcome.body", args)}}
	if link := w.telegram(s.TelegramToken); link != "" {
		blocks = append(blocks, block{Text: say(lang, "welcome.telegram", args)}, block{Link: link, Label: say(lang, "welcome.telegram_button", nil)})
	}
	if base := w.panelURL(); base != "" && s.PasswordToken != "" {
		blocks = append(blocks, block{Text: say(lang, "welcome.password", args)},
			block{Link: base + "/senha?convite=" + url.QueryEscape(s.PasswordToken), Label: say(lang, "welcome.password_button", nil)})
	}
	return letter{
		Lang: lang, Subject: say(lang, "welcome.subject", args), Greeting: say(lang, "hello", args), Blocks: blocks,
		Footer: say(lang, "welcome.footer", args),
	}
}

func (w writer) telegram(token string) string {
	if token == "" || w.inviteLink == nil {
		return ""
	}
	return w.inviteLink(token)
}

// maxQuote bounds a comment in a mail; the whole of it is in the panel.
const maxQuote = 4000

// notice tells of what happened to a ticket; nil when nothing of it is left to tell.
func (w writer) notice(lang domain.Lang, u domain.User, t domain.Ticket, events []domain.NoticeEventView) *letter {
	args := i18n.Args{"Name": u.Name, "Number": strconv.FormatInt(t.ID, 10), "Title": t.Title}
	var blocks []block
	for _, e := range events {
		if !w.saidAnyway(e, events) {
			blocks = append(blocks, w.event(lang, u, t, e)...)
		}
	}
	if len(blocks) == 0 {
		return nil
	}
	if base := w.panelURL(); base != "" {
		blocks = append(blocks, block{Link: base + "/chamados/" + strconv.FormatInt(t.ID, 10), Label: say(lang, "notice.open", args)})
	}
	return &letter{
		Lang: lang, Subject: say(lang, "notice.subject", args), Greeting: say(lang, "hello", args), Blocks: blocks,
		Footer: w.noticeFooter(lang),
	}
}

// saidAnyway reports whether somebody took a ticket in the moment in which they began with it.
func (w writer) saidAnyway(e domain.NoticeEventView, events []domain.NoticeEventView) bool {
	took := e.Kind == domain.EventAssignee && e.To == strconv.FormatInt(e.ActorID, 10)
	return took && slices.ContainsFunc(events, func(o domain.NoticeEventView) bool {
		return o.Kind == domain.EventStatus && o.To == string(domain.StatusInProgress) && o.ActorID == e.ActorID
	})
}

// noticeFooter says that nobody reads replies, and where to choose what to be told.
func (w writer) noticeFooter(lang domain.Lang) string {
	footer := say(lang, "notice.footer", nil)
	if base := w.panelURL(); base != "" {
		footer += " " + say(lang, "notice.choices", i18n.Args{"Link": base + "/conta/avisos"})
	}
	return footer
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
