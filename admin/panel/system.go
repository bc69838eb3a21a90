package panel

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

// System is what the system page tells of the running program.
type System struct {
	Version  string
	Started  time.Time
	BotName  string // "" while the bot is off or not known yet
	Settings []Setting
}

// Setting is one setting as it may be shown.
type Setting struct {
	Name   string // as in config.yaml, with its section: "http.addr"
	Value  string // never that of a secret
	Secret bool
	Set    bool
	Made   bool // not set by anybody: the program made it itself
}

type systemBody struct {
	System
	Traffic  domain.Traffic
	Lost     []domain.Receipt
	Parked   []domain.ParkedUpdate
	Groups   []domain.GroupState
	Sections []section
}

// section is the settings of one part of config.yaml.
type section struct {
	Name     string
	Settings []Setting
}

func (p *Panel) system(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx, body := r.Context(), systemBody{}
	var err error
	if body.Traffic, err = p.Desk.Traffic(ctx, v.Actor); err != nil {
		return err
	}
	if body.Lost, err = p.Desk.LostMessages(ctx, v.Actor); err != nil {
		return err
	}
	if body.Parked, err = p.Desk.ParkedUpdates(ctx, v.Actor); err != nil {
		return err
	}
	if body.Groups, err = p.Desk.GroupStates(ctx, v.Actor); err != nil {
		return err
	}
	if p.System != nil {
		body.System = p.System()
		body.Sections = sections(body.Settings)
	}
	return p.render(w, v, http.StatusOK, "system", body)
}

// sections groups settings by what stands before the dot; those without one come first.
func sections(settings []Setting) []section {
	out := []section{{}}
	for _, s := range settings {
		part, name, nested := strings.Cut(s.Name, ".")
		if !nested {
			part, name = "", part
		}
		s.Name = name
		if last := &out[len(out)-1]; last.Name == part {
			last.Settings = append(last.Settings, s)
			continue
		}
		if part == "" {
			out[0].Settings = append(out[0].Settings, s)
			continue
		}
		out = append(out, section{Name: part, Settings: []Setting{s}})
	}
	return out
}

// about says what a message told, in words.
func about(lang domain.Lang, r domain.Receipt) string {
	if key := "panel.receipt.about." + string(r.Event); r.Event != "" && r.Kind != domain.DeliverCard {
		if text := i18n.Text(lang, key, nil); text != key {
			return text
		}
	}
	if r.Mail && domain.MailKind(r.Kind) != domain.MailNotice {
		return i18n.Text(lang, "panel.receipt.mail."+string(r.Kind), nil)
	}
	return i18n.Text(lang, "panel.receipt.kind."+string(r.Kind), nil)
}

// waiting returns how many messages wait in all queues.
func waiting(queues []domain.QueueState) int64 {
	var n int64
	for _, q := range queues {
		n += q.Waiting
	}
	return n
}

func (p *Panel) retryDelivery(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNoPage
	}
	return p.retried(w, r, p.Desk.RetryDelivery(r.Context(), v.Actor, id))
}

func (p *Panel) retryMail(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNoPage
	}
	return p.retried(w, r, p.Desk.RetryMailing(r.Context(), v.Actor, id))
}

func (p *Panel) retryUpdate(w http.ResponseWriter, r *http.Request, v *visit) error {
	bot, err := strconv.ParseInt(r.PathValue("bot"), 10, 64)
	if err != nil {
		return errNoPage
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errNoPage
	}
	return p.retried(w, r, p.Desk.RetryUpdate(r.Context(), v.Actor, bot, id))
}

// retried goes back to where the button was.
func (p *Panel) retried(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		return err
	}
	setFlash(w, r, "retried", 0)
	return redirect(w, r, localPath(r.PostFormValue("voltar")))
}
