package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"chamados/domain"
	"chamados/domain/i18n"

	"github.com/jackc/pgx/v5"
)

// judge compares the ledger with what is stored and with what people see.
func (st *stage) judge(ctx context.Context, f *figures) error {
	stored, err := st.stored(ctx)
	if err != nil {
		return err
	}
	seen := st.seen()
	calls := st.telegram.calls()
	f.kills, f.repeats = len(st.ledger.blows), st.ledger.repeats
	for _, d := range calls {
		if strings.HasPrefix(d.method, "edit") && d.status == 200 {
			f.edits++
		}
	}
	st.ledger.mu.Lock()
	defer st.ledger.mu.Unlock()
	for _, e := range st.ledger.entries {
		st.judgeEntry(e, stored, seen, calls, f)
	}
	st.judgeAnswers(stored, calls, f)
	st.judgeCards(f)
	return st.judgeQueues(ctx, f)
}

func (st *stage) judgeEntry(e *entry, stored map[string]int, seen map[place]int, calls []delivery, f *figures) {
	n := stored[e.marker]
	if !e.sure && n == 0 {
		return // nobody was promised anything
	}
	kept := &f.requests
	if e.kind == 'c' {
		kept = &f.updates
	}
	kept.count(n, false)
	if n != 1 {
		f.fault("%s is stored %d times", e.marker, n)
	}
	if e.mail != "" {
		st.judgeMail(e, f)
		return
	}
	shown := seen[place{e.due, e.marker}]
	excused := shown > 1 && st.excused(e.due, e.marker, calls)
	if by := st.mail.of(employeeOf(e.due).email(), e.marker); shown == 0 && by.times > 0 {
		st.judgeMail(&entry{marker: e.marker, mail: employeeOf(e.due).email()}, f) // the chat was closed
		return
	}
	f.messages.count(shown, excused)
	if shown != 1 && !excused {
		f.fault("%s is shown %d times in chat %d: %v", e.marker, shown, e.due, st.story(e.due, e.marker, calls))
	}
}

// judgeMail looks whether somebody was told by mail.
func (st *stage) judgeMail(e *entry, f *figures) {
	got := st.mail.of(e.mail, e.marker)
	certain := 0
	for _, d := range got.taken {
		if d.answered && !st.ledger.struck(d) {
			certain++
		}
	}
	excused := certain <= 1
	f.mails.count(got.times, excused)
	if got.times != 1 && (got.times == 0 || !excused) {
		f.fault("%s was mailed %d times to %s, of which %d without a word", e.marker, got.times, e.mail, got.unsure)
	}
}

// employeeOf returns whose private chat it is.
func employeeOf(chat int64) person { return person{chat - 7000} }

// excused reports whether of all calls that showed a marker in a chat but one the outcome could not be
// known: no answer was given, or the process was killed around it.
func (st *stage) excused(chat int64, marker string, calls []delivery) bool {
	certain := 0
	for _, d := range calls {
		if sends(d, chat, marker) && d.executed() && d.answered && !st.ledger.struck(d) {
			certain++
		}
	}
	return certain <= 1
}

func sends(d delivery, chat int64, marker string) bool {
	return d.chat == chat && strings.HasPrefix(d.method, "send") && slices.Contains(d.markers, marker)
}

// story tells of the calls about a marker, for whoever looks for the cause.
func (st *stage) story(chat int64, marker string, calls []delivery) []string {
	var out []string
	for _, d := range calls {
		if slices.Contains(d.markers, marker) {
			out = append(out, d.text())
		}
	}
	return out
}

// arrived is how the bot says that a comment reached IT, up to the number of the ticket.
var arrived, _, _ = strings.Cut(i18n.Text(domain.LangPortuguese, "bot.reply.sent_it", i18n.Args{"Number": "0"}), "0")

// judgeAnswers counts in each employee's chat the bot's words that a comment arrived: one for each.
func (st *stage) judgeAnswers(stored map[string]int, calls []delivery, f *figures) {
	due := maps.Clone(st.documents)
	for _, e := range st.ledger.entries {
		if e.kind == 'c' && stored[e.marker] > 0 {
			due[e.chat]++
		}
	}
	for chat, n := range due {
		shown, unknown := 0, 0
		for _, m := range st.telegram.Messages(chat) {
			if st.telegram.FromBot(m) && strings.HasPrefix(m.Content(), arrived) {
				shown++
			}
		}
		for _, d := range calls {
			if d.chat == chat && d.arrived && d.executed() && (!d.answered || st.ledger.struck(d)) {
				unknown++
			}
		}
		excused := min(max(shown-n, 0), unknown)
		twice, lost := max(shown-n-excused, 0), max(n-shown, 0)
		f.answers.add(tally{due: n, once: n - lost - twice - excused, excused: excused, twice: twice, lost: lost})
		if lost+twice > 0 {
			f.fault("chat %d has %d answers to %d comments; of %d nobody knew", chat, shown, n, unknown)
		}
	}
}

// place is a marker in a chat.
type place struct {
	chat   int64
	marker string
}

// seen counts how often the bot shows each marker in each private chat and in the group. Comments are
// looked for in notices: cards show the last one too. New tickets are looked for in cards.
func (st *stage) seen() map[place]int {
	out := map[place]int{}
	chats := []int64{group, st.moved}
	for _, p := range everybody() {
		chats = append(chats, p.telegram())
	}
	for _, chat := range chats {
		for _, m := range st.telegram.Messages(chat) {
			if !st.telegram.FromBot(m) {
				continue
			}
			for _, found := range slices.Compact(slices.Sorted(slices.Values(marker.FindAllString(m.Content(), -1)))) {
				if (found[0] == 't') == isCard(m) {
					out[place{chat, found}]++
				}
			}
		}
	}
	return out
}

// stored counts how often each marker is in the database.
func (st *stage) stored(ctx context.Context) (map[string]int, error) {
	conn, err := st.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT comentario FROM comentarios UNION ALL SELECT titulo FROM chamados`)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	var text string
	_, err = pgx.ForEachRow(rows, []any{&text}, func() error {
		for _, found := range marker.FindAllString(text, -1) {
			out[found]++
		}
		return nil
	})
	return out, err
}

// judgeCards looks whether each employee's card shows the status that the ticket was given last.
func (st *stage) judgeCards(f *figures) {
	for i := range st.tickets {
		t := &st.tickets[i]
		if t.status == "" {
			continue
		}
		m, _ := st.telegram.Message(employee(i).telegram(), t.card)
		shows := strings.HasPrefix(m.Content(), domain.Status(t.status).Emoji())
		n := 0
		if shows {
			n = 1
		}
		f.cards.count(n, false)
		if !shows {
			f.fault("the card of ticket %d does not show %s: %.40q", t.id, i18n.Status(domain.LangPortuguese, domain.Status(t.status)), m.Content())
		}
	}
}

// judgeQueues tells of what was put aside or given up, unless the scenario is about that.
func (st *stage) judgeQueues(ctx context.Context, f *figures) error {
	conn, err := st.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT 'update ' || update_id || ' was put aside: ' || coalesce(erro, '') FROM entrada WHERE parado_em IS NOT NULL
		UNION ALL SELECT 'message ' || id || ' to ' || faixa || ' was given up: ' || erro FROM saida WHERE terminado_em IS NOT NULL AND erro IS NOT NULL
		UNION ALL SELECT 'mail ' || id || ' was given up: ' || erro FROM correio WHERE terminado_em IS NOT NULL AND erro IS NOT NULL`)
	if err != nil {
		return err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, line := range lines {
		if st.given == nil || !st.given(line) {
			f.fault("%s", line)
		}
	}
	return err
}
