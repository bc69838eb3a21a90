package panel

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"chamados/domain"
)

// noticesBody is the page on which people choose what they are told.
type noticesBody struct {
	domain.Preferences
	IT       bool
	Chat     bool // the account has an open chat
	Topics   []domain.Topic
	Vias     []domain.Via
	Digest   string // which of the choices about the digest holds: see the words below
	Problems problems
}

// Words of the choice about the digest.
const (
	digestUsual = "padrao"
	digestOff   = "desligado"
	digestOwn   = "hora"
)

func (p *Panel) notices(w http.ResponseWriter, r *http.Request, v *visit) error {
	choices, err := p.Desk.Preferences(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	return p.showNotices(w, r, v, http.StatusOK, choices, nil)
}

func (p *Panel) showNotices(w http.ResponseWriter, r *http.Request, v *visit, status int, choices domain.Preferences, found problems) error {
	u, err := p.Desk.SeesUser(r.Context(), v.Actor, v.Actor.ID)
	if err != nil {
		return err
	}
	body := noticesBody{
		Preferences: choices, IT: u.IsIT(), Chat: u.TelegramID != 0 && u.ChatBlocked.IsZero(), Vias: domain.Vias, Problems: found, Digest: digestUsual,
		Topics: slices.DeleteFunc(domain.TopicsFor(u), func(t domain.Topic) bool { return t == domain.TopicDigests }),
	}
	switch {
	case choices.Mutes(domain.TopicDigests):
		body.Digest = digestOff
	case choices.OwnHour:
		body.Digest = digestOwn
	}
	return p.render(w, v, status, "notices", body)
}

func (p *Panel) saveNotices(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	choices := noticesForm(r, v.Actor.User)
	err := p.Desk.SetPreferences(r.Context(), v.Actor, choices)
	if found, ok := formProblems(v.Lang, err); err != nil && ok {
		return p.showNotices(w, r, v, http.StatusUnprocessableEntity, choices, found)
	}
	if err != nil {
		return err
	}
	setFlash(w, r, "notices_saved", 0)
	return redirect(w, r, "/conta/avisos")
}

// noticesForm reads the form. A topic is muted when its box is not ticked.
func noticesForm(r *http.Request, u domain.User) domain.Preferences {
	f := r.PostForm
	out := domain.Preferences{
		Via: domain.Via(f.Get("canal")), Urgent: f.Get("urgentes") != "",
		Quiet: f.Get("silencio") != "", QuietFrom: domain.ParseDayClock(f.Get("de")), QuietTo: domain.ParseDayClock(f.Get("ate")),
	}
	for _, t := range domain.TopicsFor(u) {
		if t != domain.TopicDigests && !slices.Contains(f["assunto"], string(t)) {
			out.Muted = append(out.Muted, t)
		}
	}
	if u.IsIT() {
		digest := f.Get("resumo")
		out = out.WithDigest(digest != digestOff, digest == digestOwn, domain.ParseDayClock(f.Get("hora")))
	}
	for _, word := range append(f["silenciado"], strings.FieldsFunc(f.Get("silenciar"), func(r rune) bool { return strings.ContainsRune(" ,;#", r) })...) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			id = -1 // which nobody may see
		}
		out.Tickets = append(out.Tickets, id)
	}
	return out
}
