// Package flow is the conversation in which a person writes a ticket: a pure state
// machine. A [Draft] and an [Input] give the next draft and the effects to carry out.
// Drafts are stored as JSON between messages, so that any process can go on.
package flow

import (
	"slices"
	"strings"

	"chamados/domain"
)

// Version of the stored form; a draft of another version is not continued.
const Version = 1

// Step is what the person is asked now.
type Step string

const (
	StepCategory    Step = "categoria"
	StepDescription Step = "descricao"
	StepUrgency     Step = "urgencia"
	StepName        Step = "nome"
	StepBirth       Step = "nascimento"
	StepStart       Step = "inicio"
	StepEquipment   Step = "equipamentos"
	StepApps        Step = "aplicativos"
	StepFolders     Step = "pastas"
	StepPreview     Step = "previa"
	StepEdit        Step = "editar" // which field to change
	StepTitle       Step = "titulo" // reached from StepEdit only
)

// Steps are all steps.
var Steps = []Step{
	StepCategory, StepDescription, StepUrgency, StepName, StepBirth, StepStart,
	StepEquipment, StepApps, StepFolders, StepPreview, StepEdit, StepTitle,
}

// Limits of one draft, so that its stored form stays small. The title's is what people
// can read on a phone; they may type up to [domain.MaxTitle] themselves.
const (
	MaxDraftedTitle = 120
	MaxFiles        = 30
)

// burst is how soon a message follows another, in seconds, to be answered together with it: people
// send a thought in pieces.
const burst = 5

// Part is one message of the description. Message is 0 when it is no longer tied to one.
type Part struct {
	Message int64  `json:"m,omitempty"`
	Text    string `json:"t"`
}

// Candidate is an open ticket that the first message may have been about.
type Candidate struct {
	ID    int64  `json:"id"`
	Title string `json:"titulo"`
}

// Draft is a ticket being written in a private chat.
type Draft struct {
	Version   int                    `json:"v"`
	Nonce     string                 `json:"n"` // ties buttons to this draft
	Step      Step                   `json:"passo"`
	Parts     []Part                 `json:"partes,omitempty"`
	Title     string                 `json:"titulo,omitempty"` // the person's own; "" to draft it
	Category  domain.Category        `json:"categoria,omitempty"`
	Urgency   domain.Priority        `json:"urgencia,omitempty"`
	Form      domain.NewCollaborator `json:"form"`
	Files     []domain.NewAttachment `json:"anexos,omitempty"`
	Album     string                 `json:"album,omitempty"`    // the album that the last file came in
	Screen    int64                  `json:"tela,omitempty"`     // the message with the buttons, where known
	Shown     int                    `json:"telas,omitempty"`    // how many new messages the draft was shown in
	Heard     int64                  `json:"ouvido,omitempty"`   // when the last message came, Unix
	Fixing    bool                   `json:"corrige,omitempty"`  // one field is changed, then back to the preview
	Asked     bool                   `json:"pergunta,omitempty"` // the description is asked for
	Requester int64                  `json:"para,omitempty"`     // whom IT opens it for; 0 for the writer
	ForName   string                 `json:"para_nome,omitempty"`
	About     []Candidate            `json:"sobre,omitempty"`
	Origin    domain.Origin          `json:"origem"`
}

// New starts a draft. nonce is a short random word that no other draft of the chat has.
func New(nonce string, chatID int64, about []Candidate) Draft {
	return Draft{
		Version: Version, Nonce: nonce, Step: StepCategory, About: about,
		Origin: domain.Origin{ChatID: chatID},
	}
}

// Description returns the description as it will be sent.
func (d Draft) Description() string {
	texts := make([]string, 0, len(d.Parts))
	for _, p := range d.Parts {
		if p.Text != "" {
			texts = append(texts, p.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// Newcomer reports whether the draft asks for a newcomer's equipment.
func (d Draft) Newcomer() bool { return d.Category == domain.CategoryNewCollaborator }

// steps returns the questions of this draft, in order.
func (d Draft) steps() []Step {
	steps := []Step{StepCategory}
	if d.Newcomer() {
		return append(steps, StepName, StepBirth, StepStart, StepEquipment, StepApps, StepFolders, StepPreview)
	}
	if d.Asked || d.Description() == "" {
		steps = append(steps, StepDescription)
	}
	return append(steps, StepUrgency, StepPreview)
}

// CanGoBack reports whether there is a step before the present one.
func (d Draft) CanGoBack() bool { return d.Step != StepCategory || d.Fixing }

// advance moves to what is asked after the present step has been answered.
func (d *Draft) advance() {
	if d.Step == StepCategory && d.unanswered() {
		d.Fixing = false
	}
	if d.Fixing {
		d.Fixing, d.Step = false, StepPreview
		return
	}
	steps := d.steps()
	at := slices.Index(steps, d.Step)
	d.Step = steps[min(at+1, len(steps)-1)]
	if d.Step == StepDescription {
		d.Asked = true
		if d.Description() != "" {
			d.advance()
		}
	}
}

// back moves to the step before.
func (d *Draft) back() {
	switch {
	case d.Step == StepEdit:
		d.Step = StepPreview
	case d.Fixing || d.Step == StepTitle:
		d.Fixing, d.Step = false, StepEdit
	default:
		steps := d.steps()
		d.Step = steps[max(slices.Index(steps, d.Step)-1, 0)]
	}
}

// unanswered reports whether the category calls for answers that are not there yet.
func (d Draft) unanswered() bool {
	if d.Newcomer() {
		return d.formMissing()
	}
	return d.Description() == "" || d.Urgency == ""
}

func (d Draft) formMissing() bool {
	return d.Form.Name == "" || d.Form.BirthDate == "" || d.Form.StartDate == ""
}

// Fields returns what can be changed from the preview, as the words of its buttons.
func (d Draft) Fields() []Step {
	if d.Newcomer() {
		return []Step{
			StepTitle, StepDescription, StepCategory, StepName, StepBirth, StepStart,
			StepEquipment, StepApps, StepFolders,
		}
	}
	return []Step{StepTitle, StepDescription, StepCategory, StepUrgency}
}
