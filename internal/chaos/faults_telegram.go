package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"chamados/bot/emulator"

	"golang.org/x/sync/errgroup"
)

// calls are the faults that a call of the Bot API can meet. The program gives up waiting for an answer
// after 15 seconds, so that each that hangs takes its time.
var callFaults = []emulator.Fault{
	{Kind: emulator.FaultRateLimited, RetryAfter: 2}, {Kind: emulator.FaultServerError}, {Kind: emulator.FaultServerError, Code: 504},
	{Kind: emulator.FaultDropBefore}, {Kind: emulator.FaultDropAfter}, {Kind: emulator.FaultHangBefore}, {Kind: emulator.FaultHangAfter},
	{Kind: emulator.FaultDropBefore, Method: "getUpdates"}, {Kind: emulator.FaultDropAfter, Method: "getUpdates"},
	{Kind: emulator.FaultServerError, Method: "getUpdates"}, {Kind: emulator.FaultHangBefore, Method: "getUpdates"},
	{Kind: emulator.FaultDuplicate}, {Kind: emulator.FaultReorder, Times: 4},
}

// unsteady has every kind of fault happen to calls, one after the other and all at once.
var unsteady = scenario{
	name: "Telegram is unsteady", replicas: 2, settle: 5 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		for range 5 {
			for _, f := range callFaults {
				f.Times = max(f.Times, 1+st.rand.IntN(3))
				st.telegram.Fault(f)
				pause(ctx, st.between(0, 1500*time.Millisecond))
			}
		}
		return nil
	},
}

// delivered has the same happen to deliveries by webhook, which the emulator repeats.
var delivered = scenario{
	name: "webhook is unsteady", replicas: 3, webhook: true, settle: 5 * time.Minute,
	disturb: unsteady.disturb,
}

// flooded answers everything with 429 for a while, with ever longer waits.
var flooded = scenario{
	name: "flood of 429", settle: 3 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		for _, wait := range []int{1, 3, 8} {
			st.telegram.Fault(emulator.Fault{Kind: emulator.FaultRateLimited, RetryAfter: wait, Times: 40})
			pause(ctx, 8*time.Second)
		}
		return nil
	},
}

// contested has another program poll with the bot's token: both get 409 by turns.
var contested = scenario{
	name: "second poller",
	disturb: func(ctx context.Context, st *stage) error {
		for range 60 {
			ask, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
			req, err := http.NewRequestWithContext(ask, http.MethodGet, st.telegram.url+"/bot"+botToken+"/getUpdates?timeout=1", nil)
			if err != nil {
				cancel()
				return err
			}
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_ = resp.Body.Close()
			}
			cancel()
			pause(ctx, 50*time.Millisecond)
		}
		return nil
	},
}

// blocked has people block the bot and come back. What they could not be told in chat meanwhile goes by
// mail.
var blocked = scenario{
	name: "people block the bot", settle: 4 * time.Minute,
	given: func(line string) bool { return strings.HasPrefix(line, "message ") },
	disturb: func(ctx context.Context, st *stage) error {
		for round := range 3 {
			pause(ctx, 3*time.Second)
			for i := range 4 {
				if err := st.telegram.Block(employee(4*round + i).telegram()); err != nil {
					return err
				}
			}
			pause(ctx, 6*time.Second)
			for i := range 4 {
				if err := st.telegram.Unblock(employee(4*round + i).telegram()); err != nil {
					return err
				}
			}
		}
		return nil
	},
}

// migrated turns IT's group into a supergroup, which has another id, while it is told of everything.
var migrated = scenario{
	name: "group migrates", group: true, rate: 2, settle: 15 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		pause(ctx, 10*time.Second)
		var err error
		if st.moved, err = st.telegram.MigrateGroup(group); err != nil {
			return err
		}
		pause(ctx, 10*time.Second)
		return nil
	},
	check: func(_ context.Context, st *stage, f *figures) error {
		st.judgeGroup(f)
		return nil
	},
}

// judgeGroup looks for every comment in the group, before it moved or after.
func (st *stage) judgeGroup(f *figures) {
	seen := st.seen()
	for _, e := range st.ledger.entries {
		if !e.sure || e.kind == 't' {
			continue
		}
		n := seen[place{group, e.marker}] + seen[place{st.moved, e.marker}]
		f.messages.count(n, false)
		if n != 1 {
			f.fault("%s is shown %d times in the group", e.marker, n)
		}
	}
}

// outage takes Telegram away while ten thousand messages become due, and gives it back with its limits:
// 30 messages a second in all, one a second to a chat.
var outage = scenario{
	name: "outage", rate: 2, settle: 20 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		down := emulator.Fault{Kind: emulator.FaultServerError, Times: -1}
		st.telegram.Fault(down)
		down.Method = "getUpdates"
		st.telegram.Fault(down)
		if err := st.pileUp(ctx, 10_000); err != nil {
			return err
		}
		if err := st.flicker(ctx, 20); err != nil {
			return err
		}
		pause(ctx, 90*time.Second)
		st.telegram.ClearFaults()
		st.telegram.SetLimits(emulator.Limits{PerSecond: 30, PerChatSecond: 1, PerGroupMinute: 20})
		pause(ctx, 10*time.Second)
		if err := st.answersSoon(ctx); err != nil {
			return err
		}
		return st.awaitQuiet(ctx, 20*time.Minute)
	},
	check: func(_ context.Context, st *stage, f *figures) error {
		st.judgeOrder(f)
		st.judgePace(f)
		return nil
	},
}

// pileUp opens n tickets, whose cards wait. Each person opens one after the other: only then they have an order.
func (st *stage) pileUp(ctx context.Context, n int) error {
	st.piled = make([][]string, st.people)
	var g errgroup.Group
	g.SetLimit(loadWorkers)
	for who := range st.people {
		g.Go(func() error {
			for range n / st.people {
				marker, err := st.opens(ctx, employee(who))
				if err != nil {
					return err
				}
				st.piled[who] = append(st.piled[who], marker)
			}
			return nil
		})
	}
	return g.Wait()
}

// flicker changes each ticket's status many times: its card is to be edited once.
func (st *stage) flicker(ctx context.Context, times int) error {
	for i := range times {
		status := []string{"em_andamento", "aguardando"}[i%2]
		for who := range st.tickets {
			if err := st.moves(ctx, who, status); err != nil {
				return err
			}
		}
	}
	return nil
}

// answersSoon asks the bot something in a chat with hundreds of messages waiting: the answer does not wait
// behind them.
func (st *stage) answersSoon(ctx context.Context) error {
	chat := employee(0).telegram()
	talk, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	asked, err := st.telegram.Send(chat, chat, "/ajuda")
	if err != nil {
		return err
	}
	_, err = st.telegram.WaitMessage(talk, chat, func(m emulator.Message) bool {
		return st.telegram.FromBot(m) && m.ID > asked.ID && !marker.MatchString(m.Content()) && strings.Contains(m.Content(), "/novo")
	})
	if err != nil {
		return fmt.Errorf("an answer waits behind old messages: %w", err)
	}
	return st.urgentSoon(ctx)
}

// urgentSoon makes a ticket urgent and comments on it: its person is told before what waits for them.
func (st *stage) urgentSoon(ctx context.Context) error {
	const text = "vamos já para aí"
	path := fmt.Sprintf("/api/chamados/%d", st.tickets[1].id)
	for _, q := range []request{
		{by: technicianOf(1), method: "PUT", path: path, body: map[string]string{"prioridade": "urgente"}},
		{by: technicianOf(1), method: "POST", path: path + "/comentarios", body: map[string]string{"comentario": text}, key: st.name + " urgente"},
	} {
		if err := st.ask(ctx, q, nil); err != nil {
			return err
		}
	}
	soon, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_, err := st.telegram.WaitMessage(soon, employee(1).telegram(), func(m emulator.Message) bool {
		return st.telegram.FromBot(m) && !isCard(m) && strings.Contains(m.Content(), text)
	})
	if err != nil {
		return fmt.Errorf("what is urgent waits behind old messages: %w", err)
	}
	return nil
}

// judgeOrder looks whether the cards of the tickets that piled up came in the order in which they were opened, chat
// by chat.
func (st *stage) judgeOrder(f *figures) {
	for who, want := range st.piled {
		chat := employee(who).telegram()
		var got []string
		for _, m := range st.telegram.Messages(chat) {
			if found := marker.FindString(m.Content()); st.telegram.FromBot(m) && isCard(m) && slices.Contains(want, found) {
				got = append(got, found)
			}
		}
		if !slices.Equal(got, want) {
			f.fault("chat %d shows tickets in another order than that of their opening", chat)
		}
	}
}

// judgePace tells how the messages went out after the outage, and how often each card was edited.
func (st *stage) judgePace(f *figures) {
	sent, refused, edits := 0, 0, 0
	for _, d := range st.telegram.calls() {
		switch {
		case d.status == http.StatusTooManyRequests:
			refused++
		case strings.HasPrefix(d.method, "edit"):
			edits++
		case d.status == http.StatusOK:
			sent++
		}
	}
	f.note("%d messages sent, %d calls refused with 429, %d edits for %d cards that changed 20 times each and were loaded besides", sent, refused, edits, st.people)
}
