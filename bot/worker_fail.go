package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"chamados/bot/chat"
	"chamados/bot/lanes"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Pauses before an update is tried again; after the last one it is parked. A tap is not
// worth trying for long: whoever tapped looks at a spinner.
var (
	messagePauses = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 30 * time.Second}
	tapPauses     = []time.Duration{time.Second, 5 * time.Second}
)

// failed deals with an update that was rolled back.
func (w *Worker) failed(ctx context.Context, h *handling, err error) lanes.Next {
	u := h.stored
	log := w.o.Log.With("update", u.UpdateID, "lane", u.Lane, "attempt", u.Attempts+1, "error", err)
	if transient(ctx, err) {
		log.Warn("bot: update waits")
		return lanes.Later(time.Second)
	}
	pause, again := nextPause(h)
	if !again {
		log.Error("bot: update parked")
		return w.park(ctx, h, err)
	}
	log.Warn("bot: update failed, trying again")
	if err := w.o.Inbox.Fail(ctx, u, causeText(err), w.o.Now().Add(pause)); err != nil {
		w.o.Log.Warn("bot: failure not counted", "update", u.UpdateID, "error", err)
		return lanes.Later(time.Second)
	}
	return lanes.Later(pause)
}

// nextPause returns how long to wait before the next attempt; false means that there is
// none. What cannot be decoded now cannot be decoded later.
func nextPause(h *handling) (time.Duration, bool) {
	if !h.decoded {
		return 0, false
	}
	pauses := messagePauses
	if h.update.Tap != nil {
		pauses = tapPauses
	}
	if h.stored.Attempts >= len(pauses) {
		return 0, false
	}
	return pauses[h.stored.Attempts], true
}

// park tells the person and puts the update aside with its cause. The apology goes first:
// its key keeps it from being written twice if parking fails.
func (w *Worker) park(ctx context.Context, h *handling, cause error) lanes.Next {
	err := w.apologise(ctx, h, cause)
	if err == nil {
		err = w.o.Inbox.Fail(ctx, h.stored, causeText(cause), time.Time{})
	}
	if err != nil {
		w.o.Log.Warn("bot: update not parked yet", "update", h.stored.UpdateID, "error", err)
		return lanes.Later(time.Second)
	}
	return lanes.Again()
}

// causeText returns what is stored of a cause: enough to find the fault, however long it is.
func causeText(err error) string {
	const limit = 4000
	s := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	return s
}

// apologise tells the person that their tap or message could not be handled. Of edits and
// memberships nobody waits for an answer.
func (w *Worker) apologise(ctx context.Context, h *handling, cause error) error {
	switch m := h.update.Message; {
	case h.update.Tap != nil:
		t := h.update.Tap
		w.say(After{TapID: t.ID, Answer: chat.Answer{Text: i18n.Error(t.From.Lang, cause), Alert: true}})
		return nil
	case m == nil || m.Service || m.From.ID == 0:
		return nil
	case m.Chat.IsGroup() && m.Command == "" && m.ReplyTo == nil:
		return nil // people talk to each other there
	default:
		return w.writeApology(ctx, h.stored, m)
	}
}

func (w *Worker) writeApology(ctx context.Context, u domain.Update, m *chat.Message) error {
	payload, err := json.Marshal(chat.Outgoing{Text: i18n.Text(m.From.Lang, "transport.parked", nil)})
	if err != nil {
		return err
	}
	return w.o.Letterbox.Enqueue(ctx, domain.Outgoing{
		ChatID: m.Chat.ID, ThreadID: m.ThreadID, ReplyTo: m.ID, Payload: payload,
		Key: fmt.Sprintf("parked:%d:%d", u.BotID, u.UpdateID),
	})
}
