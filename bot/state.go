package bot

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"chamados/bot/flow"
)

// stateVersion is that of the stored form; what is of another version is forgotten.
const stateVersion = 1

// state is what the bot remembers of a chat between updates.
type state struct {
	Version  int             `json:"v"`
	Draft    *flow.Draft     `json:"rascunho,omitempty"`
	Prompt   *prompt         `json:"pergunta,omitempty"`
	Album    *album          `json:"album,omitempty"`
	Late     *lateEdit       `json:"correcao,omitempty"`
	Searches []search        `json:"buscas,omitempty"`
	Move     *move           `json:"troca,omitempty"`
	Told     map[int64]int64 `json:"avisados,omitempty"` // group: whom it refused, and when (Unix)
}

// prompt is a question that the person's next message answers: a comment on a ticket.
type prompt struct {
	Ticket   int64 `json:"chamado"`
	Internal bool  `json:"interno,omitempty"`
	Rating   bool  `json:"avaliacao,omitempty"`  // the sentence that goes with a mark
	At       int64 `json:"em"`                   // Unix
	Answered int64 `json:"respondida,omitempty"` // Unix, when it was last: what follows at once belongs to it
}

// promptLife is how long a question waits; then a message is a new matter, lest it go to
// somebody for whom it is not meant.
const promptLife = 15 * time.Minute

// promptMore is how soon another message follows an answer to belong to it: people send a thought in pieces.
const promptMore = 15 * time.Second

// over reports whether the next message is a new matter.
func (p prompt) over(now time.Time) bool {
	if p.Answered != 0 {
		return now.Sub(time.Unix(p.Answered, 0)) > promptMore
	}
	return now.Sub(time.Unix(p.At, 0)) > promptLife
}

// album is the last one whose first part became a ticket or a comment: the parts that come
// later belong there too.
type album struct {
	ID       string `json:"id"`
	Ticket   int64  `json:"chamado"`
	Comment  int64  `json:"comentario,omitempty"` // 0: it became a ticket
	Internal bool   `json:"interno,omitempty"`
}

// load reads the chat's state.
func (v *visit) load(ctx context.Context) error {
	if v.loaded {
		return nil
	}
	raw, err := v.tx.Conversation(ctx, v.chat.ID)
	if err != nil {
		return err
	}
	v.loaded, v.stored = true, raw
	var s state
	if json.Unmarshal(raw, &s) == nil && s.Version == stateVersion {
		v.state = s
	}
	if d := v.state.Draft; d != nil && d.Version != flow.Version {
		v.state.Draft, v.outdated = nil, true
	}
	if p := v.state.Prompt; p != nil && p.over(v.Now()) {
		v.state.Prompt = nil
	}
	return nil
}

// save writes the state if it changed.
func (v *visit) save(ctx context.Context) error {
	if !v.loaded {
		return nil
	}
	s := v.state
	if s.Draft == nil && s.Prompt == nil && s.Album == nil && len(s.Told) == 0 && s.Late == nil && s.Move == nil && len(s.Searches) == 0 {
		if v.stored == nil {
			return nil
		}
		return v.tx.SaveConversation(ctx, v.chat.ID, nil)
	}
	s.Version = stateVersion
	raw, err := json.Marshal(s)
	if err != nil || bytes.Equal(raw, v.stored) {
		return err
	}
	return v.tx.SaveConversation(ctx, v.chat.ID, raw)
}

// nonce returns a short random word that ties buttons to one draft.
func nonce() string { return strings.ToLower(rand.Text()[:8]) }
