package card

import (
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Draft returns the screen of a draft's step. says are texts to stand above it, in HTML.
func Draft(lang domain.Lang, d flow.Draft, says ...string) chat.Outgoing {
	s := screen{lang: lang, draft: d}
	return chat.Outgoing{
		Text:     blocks(append(says, s.title(), s.body(), s.question())...),
		Keyboard: append(s.choices(), s.footer()...),
	}
}

// Settled returns what is left of the message of an earlier step: its answer, no buttons.
func Settled(lang domain.Lang, d flow.Draft, step flow.Step) chat.Outgoing {
	s := screen{lang: lang, draft: d}
	value := s.value(step)
	switch {
	case step == "", step == flow.StepPreview, step == flow.StepEdit:
		return chat.Outgoing{Text: Text(lang, "bot.draft.below", nil)}
	case value == "":
		return chat.Outgoing{Text: Text(lang, "bot.draft.noted", nil)}
	}
	return chat.Outgoing{Text: "✓ " + fieldName(lang, step) + ": " + value}
}

// Sent returns what is left of a preview that became a ticket.
func Sent(lang domain.Lang, t domain.Ticket) chat.Outgoing {
	return chat.Outgoing{Text: Text(lang, "bot.draft.sent", i18n.Args{
		"Number": number(t.ID), "Title": Shorten(t.Title, maxTitle),
	})}
}

type screen struct {
	lang  domain.Lang
	draft flow.Draft
}

func (s screen) text(key string, args i18n.Args) string { return Text(s.lang, key, args) }

func (s screen) title() string {
	if s.draft.ForName == "" {
		return s.text("bot.draft.heading", nil)
	}
	return s.text("bot.draft.heading_for", i18n.Args{"Name": Shorten(s.draft.ForName, maxName)})
}

// body shows what is known so far: all of it in the preview, else the text alone.
func (s screen) body() string {
	d := s.draft
	if d.Step == flow.StepPreview || d.Step == flow.StepEdit {
		return s.preview()
	}
	if d.Step == flow.StepTitle {
		return "<b>" + cut(d.ShownTitle(s.lang), maxTitle) + "</b>"
	}
	if d.Step != flow.StepCategory && d.Step != flow.StepDescription {
		return ""
	}
	return lines(s.quoted(maxComment), s.fileCount())
}

func (s screen) preview() string {
	d := s.draft
	urgency := ""
	if d.Urgency != "" && !d.Newcomer() {
		urgency = " · " + s.value(flow.StepUrgency)
	}
	form := ""
	if d.Newcomer() {
		form = formLines(s.lang, d.Form)
	}
	said := ""
	if domain.AddsTo(d.ShownTitle(s.lang), d.Description()) {
		said = s.quoted(maxDescription)
	}
	return blocks(
		lines("<b>"+cut(d.ShownTitle(s.lang), maxTitle)+"</b>", s.value(flow.StepCategory)+urgency, s.fileCount()),
		form, said,
	)
}

func (s screen) quoted(limit int) string {
	if s.draft.Description() == "" {
		return ""
	}
	return quoteWith(s.lang, s.draft.Description(), limit, "bot.draft.rest")
}

func (s screen) fileCount() string {
	if len(s.draft.Files) == 0 {
		return ""
	}
	return Count(s.lang, "bot.card.files", len(s.draft.Files), nil)
}

// value is the answer to a step so far, escaped; "" if there is none.
func (s screen) value(step flow.Step) string {
	d := s.draft
	switch step {
	case flow.StepCategory:
		if d.Category != "" {
			return d.Category.Emoji() + " " + Escape(i18n.Category(s.lang, d.Category))
		}
	case flow.StepUrgency:
		if d.Urgency != "" {
			return d.Urgency.Emoji() + " " + Escape(i18n.Priority(s.lang, d.Urgency))
		}
	case flow.StepDescription:
		return cut(d.Description(), maxName)
	case flow.StepTitle:
		return cut(d.ShownTitle(s.lang), maxTitle)
	case flow.StepName:
		return cut(d.Form.Name, maxName)
	case flow.StepBirth:
		return Escape(date(s.lang, d.Form.BirthDate))
	case flow.StepStart:
		return Escape(date(s.lang, d.Form.StartDate))
	case flow.StepFolders:
		return cut(d.Form.Folders, maxName)
	case flow.StepEquipment:
		return Escape(toggles(s.lang, flow.Equipment, d.Form))
	case flow.StepApps:
		return Escape(toggles(s.lang, flow.Apps, d.Form))
	}
	return ""
}

func (s screen) question() string {
	key := "bot.ask." + string(s.draft.Step)
	if s.draft.Step == flow.StepDescription {
		switch {
		case s.draft.Fixing:
			key += "_nova"
		case s.draft.CanKeepDescription():
			key += "_mais"
		case len(s.draft.Files) > 0:
			key += "_anexo"
		}
	}
	return s.text(key, nil)
}

func (s screen) button(key string, act flow.Action, value string) chat.Button {
	return s.plain(i18n.Text(s.lang, "bot.button."+key, nil), act, value)
}

func (s screen) plain(text string, act flow.Action, value string) chat.Button {
	return chat.Button{Text: Shorten(text, maxButton), Data: callback.Must(callback.Data{
		Verb: callback.Draft, Nonce: s.draft.Nonce, Word: string(act), Value: value,
	})}
}

// choices are the buttons that answer the step.
func (s screen) choices() [][]chat.Button {
	switch s.draft.Step {
	case flow.StepCategory:
		return append(s.categories(), s.about()...)
	case flow.StepUrgency:
		return s.urgencies()
	case flow.StepEquipment, flow.StepApps:
		return s.toggles()
	case flow.StepFolders:
		return [][]chat.Button{{s.button("skip", flow.ActSkip, "")}}
	case flow.StepDescription:
		if s.draft.CanKeepDescription() && !s.draft.Fixing {
			return [][]chat.Button{{s.button("next", flow.ActDone, "")}}
		}
	case flow.StepPreview:
		send := s.button("send", flow.ActSend, "")
		send.Style = chat.Success
		return [][]chat.Button{{send}, {s.button("edit", flow.ActEdit, ""), s.button("discard", flow.ActCancel, "")}}
	case flow.StepEdit:
		return s.fields()
	}
	return nil
}

// footer leads back or out.
func (s screen) footer() [][]chat.Button {
	back := s.button("back", flow.ActBack, "")
	switch {
	case s.draft.Step == flow.StepPreview, s.draft.Step == flow.StepEdit, s.draft.Fixing:
		return [][]chat.Button{{back}}
	case s.draft.CanGoBack():
		return [][]chat.Button{{back, s.button("discard", flow.ActCancel, "")}}
	}
	return [][]chat.Button{{s.button("discard", flow.ActCancel, "")}}
}

func (s screen) categories() [][]chat.Button {
	var all []chat.Button
	for _, c := range domain.Categories {
		all = append(all, s.plain(c.Emoji()+" "+i18n.Category(s.lang, c), flow.ActCategory, string(c)))
	}
	return inRows(all, 2)
}

// about offers the open tickets that the message may belong to.
func (s screen) about() [][]chat.Button {
	var rows [][]chat.Button
	for _, c := range s.draft.About {
		text := i18n.Text(s.lang, "bot.button.about", i18n.Args{"Number": number(c.ID), "Title": c.Title})
		rows = append(rows, []chat.Button{s.plain(text, flow.ActAbout, strconv.FormatInt(c.ID, 10))})
	}
	return rows
}

func (s screen) urgencies() [][]chat.Button {
	var rows [][]chat.Button
	for _, p := range domain.Priorities {
		text := p.Emoji() + " " + i18n.Text(s.lang, "bot.urgency."+string(p), nil)
		rows = append(rows, []chat.Button{s.plain(text, flow.ActUrgency, string(p))})
	}
	return rows
}

func (s screen) toggles() [][]chat.Button {
	var all []chat.Button
	for _, t := range flow.Toggles(s.draft.Step) {
		box := "⬜ "
		if t.On(s.draft.Form) {
			box = "✅ "
		}
		all = append(all, s.plain(box+toggleName(s.lang, t), flow.ActToggle, string(t)))
	}
	return append(inRows(all, 2), []chat.Button{s.button("next", flow.ActDone, "")})
}

func (s screen) fields() [][]chat.Button {
	var all []chat.Button
	for _, f := range s.draft.Fields() {
		all = append(all, s.plain(i18n.Text(s.lang, "bot.step."+string(f), nil), flow.ActField, string(f)))
	}
	return inRows(all, 2)
}
