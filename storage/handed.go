package storage

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const (
	// handedLease is how long an answer is kept from other processes that is written under a lease of the one that writes
	// it. Like every lease it ends when the process dies.
	handedLease = 15 * time.Minute
	// handedFor is how long such an answer may wait in memory. Then it is claimed like any other, lest it seems to be on
	// its way while the chat has to wait.
	handedFor = 2 * time.Second
	// handedMost bounds the answers in memory.
	handedMost = 1000
	// relayGone is after how long without a look for due chats this process is taken to have no relay.
	relayGone = 10 * time.Second
)

// handover keeps the answers that this process has written under its own lease, from their transactions to its relay: the
// usual delivery needs no claim. All else, and all that goes wrong, is claimed.
//
// A chat takes part while its order needs no claim. What waits there already is sent first, so that an answer is written
// under a lease only if no other answer waits but those that this process is to send before it, and nobody else
// is sending. When a delivery is put back, or it is not known what a claim or a commit did, the chat is shut: what is
// in memory is let loose, for the next claim to find, and that opens the chat again.
type handover struct {
	mu     sync.Mutex
	looked time.Time // when the relay of this process last looked for due chats
	lanes  map[int64]*handedLane
	held   int // answers that are being written or ready
}

type handedLane struct {
	writing int       // answers whose transaction may yet commit
	ready   []*answer // committed, in their order
	loose   []*answer // under lease, but to be claimed
	shut    bool
	more    bool   // something else was written since the chat is remembered
	doubt   *int64 // leases of this process that it does not know of, under this number of it
}

// answer is a message that is written under a lease of its writer.
type answer struct {
	lane      int64
	message   domain.Outgoing
	owner     int64
	created   time.Time
	id        int64     // 0 when it is not written
	until     time.Time // the lease; zero when there is none, because it has to wait for something else
	alone     bool      // nothing waited after it when it was written
	committed time.Time
}

// lane returns the state of a chat; the caller holds mu.
func (h *handover) lane(id int64) *handedLane {
	l := h.lanes[id]
	if l == nil {
		if h.lanes == nil {
			h.lanes = map[int64]*handedLane{}
		}
		l = &handedLane{}
		h.lanes[id] = l
	}
	return l
}

// tidy forgets a chat of which nothing is to be remembered; the caller holds mu.
func (h *handover) tidy(id int64) {
	if l := h.lanes[id]; l != nil && l.writing == 0 && len(l.ready) == 0 && len(l.loose) == 0 && !l.shut {
		delete(h.lanes, id)
	}
}

// looks notes that this process has a relay.
func (h *handover) looks() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.looked = time.Now()
}

// begin reports whether an answer to a chat may be written under a lease. Then committed or ended follows.
func (h *handover) begin(lane int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held >= handedMost || time.Since(h.looked) > relayGone || h.lanes[lane] != nil && h.lanes[lane].shut {
		return false
	}
	h.lane(lane).writing++
	h.held++
	return true
}

// committed takes the answers of a transaction, and returns the chats of those that are under a lease.
func (h *handover) committed(list []*answer) (lanes []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range list {
		l := h.lane(a.lane)
		l.writing--
		a.committed = time.Now()
		switch {
		case a.until.IsZero():
			h.held--
			h.tidy(a.lane)
			continue
		case l.shut:
			h.held--
			l.loose = append(l.loose, a)
		default:
			l.ready = append(l.ready, a)
		}
		lanes = append(lanes, a.lane)
	}
	return lanes
}

// ended drops the answers of a transaction that was rolled back; or nobody knows.
func (h *handover) ended(list []*answer, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range list {
		l := h.lane(a.lane)
		l.writing--
		h.held--
		if !known {
			h.close(l)
			l.doubt = cmp.Or(l.doubt, &a.owner)
		}
		h.tidy(a.lane)
	}
}

// close lets loose what is ready; the caller holds mu.
func (h *handover) close(l *handedLane) {
	h.held -= len(l.ready)
	l.loose, l.ready, l.shut = append(l.loose, l.ready...), nil, true
}

// shut makes a chat's messages be claimed, as soon as nothing more is written under a lease.
func (h *handover) shut(lane int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.close(h.lane(lane))
}

// doubt notes that a claim has failed, which may have taken something all the same.
func (h *handover) doubt(lane, owner int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lane(lane)
	h.close(l)
	l.doubt = cmp.Or(l.doubt, &owner)
}

// take returns the next answer to a chat, if it is under a lease of this process, which is owner.
func (h *handover) take(lane int64, owner *int64) (domain.Delivery, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lanes[lane]
	if l == nil || len(l.ready) == 0 {
		return domain.Delivery{}, false
	}
	a := l.ready[0]
	if owner == nil || *owner != a.owner || time.Since(a.committed) > handedFor {
		h.close(l)
		return domain.Delivery{}, false
	}
	l.ready = slices.Delete(l.ready, 0, 1)
	h.held--
	d := a.delivery()
	d.Alone = a.alone && !l.more && len(l.ready)+l.writing == 0
	h.tidy(lane)
	return d, true
}

// woken hears of what else is written to chats, here or elsewhere, before the relay does.
func (h *handover) woken(w Wake) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, list := range [][]int64{w.OutboxLanes, w.NoticeLanes} {
		for _, id := range list {
			if l := h.lanes[id]; l != nil {
				l.more = true
			}
		}
	}
	if w.Missed {
		for _, l := range h.lanes {
			l.more = true
		}
	}
}

func (a *answer) delivery() domain.Delivery {
	return domain.Delivery{
		IDs: []int64{a.id}, Lane: a.lane, Kind: domain.DeliverMessage, ChatID: a.lane, ThreadID: a.message.ThreadID,
		TicketID: a.message.TicketID, Message: &a.message, Awaited: true, CreatedAt: a.created,
	}
}

// opening is what a claim has to do first in a chat that is shut.
type opening struct {
	loose []*answer
	doubt *int64
	opens bool // what comes after it may be written under a lease again
}

// opening returns what is to be done before a claim in a chat. While something is being written under a lease, leases of
// which nobody knows cannot be told from those.
func (h *handover) opening(lane int64) opening {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lanes[lane]
	if l == nil || !l.shut {
		return opening{}
	}
	o := opening{loose: slices.Clone(l.loose), opens: l.writing == 0}
	if o.opens {
		o.doubt = l.doubt
	}
	return o
}

// opened notes that it is done.
func (h *handover) opened(lane int64, o opening) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lanes[lane]
	if l == nil {
		return
	}
	l.release(o.loose)
	if o.opens {
		l.shut, l.doubt = len(l.loose) > 0, nil
	}
	h.tidy(lane)
}

func (l *handedLane) release(list []*answer) {
	l.loose = slices.DeleteFunc(l.loose, func(a *answer) bool { return slices.Contains(list, a) })
}

// overdue lets loose what has waited for too long, or all, and returns what is loose.
func (h *handover) overdue(all bool) []*answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*answer
	for _, l := range h.lanes {
		if len(l.ready) > 0 && (all || time.Since(l.ready[0].committed) > handedFor) {
			h.close(l)
		}
		out = append(out, l.loose...)
	}
	return out
}

// doubtful returns the chats in which there may be leases that nobody knows of.
func (h *handover) doubtful() (lanes []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, l := range h.lanes {
		if l.doubt != nil && l.writing == 0 {
			lanes = append(lanes, id)
		}
	}
	return lanes
}

// released notes that the leases of what was loose have been ended.
func (h *handover) released(list []*answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range list {
		if l := h.lanes[a.lane]; l != nil {
			l.release([]*answer{a})
		}
	}
}

// release ends the leases that answers were written under, and no others, should somebody have taken them since.
func release(list []*answer) statement {
	var ids []int64
	var until []time.Time
	for _, a := range list {
		ids, until = append(ids, a.id), append(until, a.until)
	}
	return statement{sql: `UPDATE saida s SET tomado_ate = NULL FROM unnest($1::bigint[], $2::timestamptz[]) a (id, tomado_ate)
		WHERE s.id = a.id AND s.tomado_ate = a.tomado_ate AND s.terminado_em IS NULL`, args: []any{ids, until}}
}

// handedSQL writes an answer, under a lease if it would be sent next. Answers under a lease of this process are either
// before it in memory, or being sent.
const handedSQL = `INSERT INTO saida (faixa, topico_id, chamado_id, prioridade, criado_em, proxima_em, adiado, tipo, conteudo, chave,
		tomado_por, tomado_ate)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, p.id, CASE WHEN p.id IS NOT NULL THEN now() + $12::interval END
	FROM (SELECT CASE WHEN NOT EXISTS (
			SELECT FROM saida WHERE faixa = $1 AND terminado_em IS NULL AND prioridade <= $4
				AND (tomado_por = $11 AND tomado_ate > now()) IS NOT TRUE)
		AND NOT EXISTS (
			SELECT FROM saida WHERE faixa = $1 AND terminado_em IS NULL AND tomado_ate > now() AND tomado_por IS DISTINCT FROM $11)
		THEN $11::bigint END) p (id)
	ON CONFLICT DO NOTHING RETURNING id, tomado_ate,
		NOT EXISTS (SELECT FROM saida WHERE faixa = $1 AND terminado_em IS NULL
			AND (prioridade <= $4 AND tomado_por = $11 AND tomado_ate > now()) IS NOT TRUE)`

// handOver makes of the statement that writes an answer one that writes it under a lease; only in a transaction is
// it known when others may see it.
func (s *store) handOver(st *statement, m domain.Outgoing, created time.Time) {
	owner, lease := s.db.owner(handedLease)
	if s.tx == nil || owner == nil || m.EditKey != "" || m.At.After(created) || !s.db.handed.begin(m.ChatID) {
		return
	}
	a := &answer{lane: m.ChatID, message: m, owner: *owner, created: created}
	s.tx.answers = append(s.tx.answers, a)
	st.sql, st.args = handedSQL, append(st.args, *owner, lease)
	st.read = each(func(rows pgx.Rows) error {
		err := rows.Scan(&a.id, (*zeroTime)(&a.until), &a.alone)
		if a.until.IsZero() {
			st.wake.OutboxLanes = append(st.wake.OutboxLanes, a.lane)
		}
		return err
	})
}
