package flow

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"chamados/domain"
)

// Handle returns the draft after an input and the effects, in order. It never loses what
// the person wrote: a text that answers no question joins the description.
func (d Draft) Handle(in Input) (Draft, []Effect) {
	d.Parts, d.Files = slices.Clone(d.Parts), slices.Clone(d.Files)
	if in.Action != "" {
		return d.tap(in)
	}
	if in.Edited {
		return d.edit(in)
	}
	return d.message(in)
}

// message takes text and files.
func (d Draft) message(in Input) (Draft, []Effect) {
	if d.Origin.MessageID == 0 {
		d.Origin.MessageID = in.Message
	}
	inBurst := d.Shown > 0 && in.Today.Unix()-d.Heard < burst
	d.Heard = in.Today.Unix()
	if in.Unreadable {
		return d.ask("", Say{Key: "bot.draft.unreadable"})
	}
	samePart := in.Album != "" && in.Album == d.Album && len(in.TooLarge) == 0
	says := d.takeFiles(in)
	text := Clean(in.Text)
	if len(in.Files)+len(in.TooLarge) == 0 || text != "" && d.Step == StepDescription {
		return d.text(in, text, says, inBurst)
	}
	if text != "" {
		if s, ok := d.append(in.Message, text); !ok {
			says = append(says, s)
		}
	}
	if (samePart || inBurst) && len(says) == 0 {
		return d.redraw()
	}
	return d.ask(d.Step, says...)
}

// redraw shows where the draft stands now in the message that asks already.
func (d Draft) redraw(says ...Effect) (Draft, []Effect) {
	return d, append(says, Show{Edit: d.Screen, Number: d.Shown, Again: true})
}

// takeFiles keeps the files and returns what is to be said of those that are not kept.
func (d *Draft) takeFiles(in Input) []Effect {
	var says []Effect
	for _, f := range in.Files {
		if len(d.Files) >= MaxFiles {
			says = append(says, Say{Key: "bot.draft.too_many_files", Args: map[string]any{"Max": MaxFiles}})
			break
		}
		d.Files = append(d.Files, f)
	}
	for _, f := range in.TooLarge {
		says = append(says, Say{Key: "bot.draft.file_too_large", Args: map[string]any{
			"Name": domain.CleanFileName(f.Name), "Max": domain.MaxAttachment >> 20,
		}})
	}
	if in.Album != "" {
		d.Album = in.Album
	}
	return says
}

// text takes a text as the answer of the present step, if it is one.
func (d Draft) text(in Input, text string, says []Effect, inBurst bool) (Draft, []Effect) {
	asked := d.Step
	if text == "" {
		return d.ask(asked, says...)
	}
	problem, answered := d.answer(in, text)
	if problem != nil {
		return d.ask("", append(says, *problem)...)
	}
	if answered {
		return d.ask(asked, says...)
	}
	if s, ok := d.append(in.Message, text); !ok {
		return d.ask("", append(says, s)...)
	}
	if asked != StepCategory {
		says = append(says, Say{Key: "bot.draft.added"})
	}
	if inBurst {
		return d.redraw(says...)
	}
	return d.ask(asked, says...)
}

// ask shows the present step as a new message; then the one with the buttons of the step that was
// answered is settled, "" for none.
func (d Draft) ask(answered Step, says ...Effect) (Draft, []Effect) {
	before := Settle{Message: d.Screen, Number: d.Shown, Step: answered}
	d.Screen = 0
	d.Shown++
	effects := append(says, Show{Number: d.Shown})
	if before.Message != 0 || before.Number > 0 {
		effects = append(effects, before)
	}
	return d, effects
}

// append adds a message to the description; false and what to say if it does not fit.
func (d *Draft) append(message int64, text string) (Say, bool) {
	size := utf8.RuneCountInString(d.Description()) + 1 + utf8.RuneCountInString(text)
	if size > domain.MaxDescription {
		return Say{Key: "bot.draft.description_full", Args: map[string]any{"Max": domain.MaxDescription}}, false
	}
	d.Parts = append(d.Parts, Part{Message: message, Text: text})
	return Say{}, true
}

// edit follows a change of a message that is a part of the description.
func (d Draft) edit(in Input) (Draft, []Effect) {
	at := slices.IndexFunc(d.Parts, func(p Part) bool { return p.Message != 0 && p.Message == in.Message })
	if at < 0 {
		return d, nil
	}
	old := d.Parts[at].Text
	d.Parts[at].Text = Clean(in.Text)
	switch text := d.Description(); {
	case utf8.RuneCountInString(text) > domain.MaxDescription:
		d.Parts[at].Text = old
		return d.ask("", Say{Key: "bot.draft.description_full", Args: map[string]any{"Max": domain.MaxDescription}})
	case text == "" || d.Parts[at].Text == old:
		d.Parts[at].Text = old
		return d, nil
	}
	return d.redraw(Say{Key: "bot.draft.edited"})
}

// tap takes a button.
func (d Draft) tap(in Input) (Draft, []Effect) {
	d.Screen = in.Message
	switch in.Action {
	case ActCancel:
		return d, []Effect{Cancelled{Message: in.Message}}
	case ActAbout:
		return d.about(in)
	case ActBack:
		d.back()
		return d, []Effect{Show{Edit: in.Message}}
	}
	if !d.press(in) {
		return d, []Effect{Say{Key: "bot.draft.other_step"}, Show{Edit: in.Message}}
	}
	if in.Action == ActSend {
		return d, []Effect{Submit{Ticket: d.Ticket(in.Lang), Message: in.Message}}
	}
	return d, []Effect{Show{Edit: in.Message}}
}

// about ends the draft as a comment on one of the candidates.
func (d Draft) about(in Input) (Draft, []Effect) {
	id, err := strconv.ParseInt(in.Value, 10, 64)
	if err != nil || !slices.ContainsFunc(d.About, func(c Candidate) bool { return c.ID == id }) {
		return d, []Effect{Say{Key: "bot.draft.other_step"}, Show{Edit: in.Message}}
	}
	return d, []Effect{Attach{Ticket: id, Message: in.Message}}
}

// press does what a button of the present step does; false if it is not one of it.
func (d *Draft) press(in Input) bool {
	switch in.Action {
	case ActCategory:
		return d.Step == StepCategory && d.setCategory(domain.Category(in.Value))
	case ActUrgency:
		return d.Step == StepUrgency && d.setUrgency(domain.Priority(in.Value))
	case ActToggle:
		return d.toggle(in.Value)
	case ActDone:
		return d.done()
	case ActSkip:
		if d.Step != StepFolders {
			return false
		}
		d.Form.Folders = ""
		d.advance()
		return true
	case ActEdit:
		ok := d.Step == StepPreview
		if ok {
			d.Step = StepEdit
		}
		return ok
	case ActField:
		return d.fix(Step(in.Value))
	case ActSend:
		return d.Step == StepPreview && d.complete()
	}
	return false
}

// done goes on from a step that is answered as it is.
func (d *Draft) done() bool {
	ok := d.Step == StepEquipment || d.Step == StepApps || d.CanKeepDescription()
	if ok {
		d.advance()
	}
	return ok
}

// CanKeepDescription reports whether the description is asked for although there is one.
func (d Draft) CanKeepDescription() bool {
	return d.Step == StepDescription && d.Description() != ""
}

// fix goes to one field to change it.
func (d *Draft) fix(field Step) bool {
	if d.Step != StepEdit || !slices.Contains(d.Fields(), field) {
		return false
	}
	d.Step, d.Fixing = field, true
	return true
}

func (d Draft) complete() bool {
	if d.Newcomer() {
		return !d.formMissing()
	}
	return d.Category.Valid() && d.Description() != ""
}

func (d *Draft) setCategory(c domain.Category) bool {
	if !c.Valid() {
		return false
	}
	d.Category = c
	d.advance()
	return true
}

func (d *Draft) setUrgency(p domain.Priority) bool {
	if !p.Valid() {
		return false
	}
	d.Urgency = p
	d.advance()
	return true
}
