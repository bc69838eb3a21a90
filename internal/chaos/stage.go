package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"chamados/bot/emulator"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// scenario is one way of breaking things.
type scenario struct {
	name     string
	short    bool // part of the short form
	replicas int  // processes; 0 for one
	rate     int  // deeds a second; 0 for 8
	group    bool // there is an IT group, which hears of everything
	webhook  bool // Telegram delivers to the replicas in turn; otherwise one of them polls
	restarts bool // processes die: their memory says nothing
	mails    bool // some have no Telegram and are told by mail
	env      []string
	settings string // config.yaml

	// prepare, if set, readies the place of a replica before it starts.
	prepare func(st *stage, p *program) error
	// disturb breaks things while people act, and returns when it has done its worst. What it
	// leaves broken is mended after it.
	disturb func(ctx context.Context, st *stage) error
	// check, if set, looks at the end for what only this scenario promises.
	check func(ctx context.Context, st *stage, f *figures) error
	// given reports whether a line about what was given up is what the scenario is about.
	given func(line string) bool
	// settle is how long the program may take to bring everything to its end; 0 for two minutes.
	settle time.Duration
}

// ticketRef is an employee's ticket.
type ticketRef struct {
	id   int64
	card int // message id of its card in the employee's chat

	mu     sync.Mutex
	status string
}

// stage is where a scenario plays: a database, a Telegram, and replicas of the program.
type stage struct {
	scenario
	suite    *suite
	cluster  *cluster
	short    bool
	rand     *rand.Rand // of the schedule
	whim     *rand.Rand // of what people do
	tokens   map[int64]string
	telegram *telegram
	hook     *balancer
	mail     *postOffice
	programs []*program
	ledger   *ledger
	people   int           // employees who act
	slowest  time.Duration // of the stops so far
	tickets  []ticketRef
	remotes  []remoteTicket
	moved    int64      // the group's new id
	piled    [][]string // the markers of what each employee opened, in order

	files     []uploaded    // answered with 2xx
	refused   int           // uploads
	documents map[int64]int // sent by chat
}

// remoteTicket is the ticket of somebody without Telegram.
type remoteTicket struct {
	of person
	id int64
}

// play sets a stage, lets people act while things break, mends them, and judges.
func (s *suite) play(ctx context.Context, c *cluster, sc scenario, seed uint64) (f figures, err error) {
	begin := time.Now()
	st, err := s.stage(ctx, c, sc, seed)
	if st != nil {
		defer func() { err = errors.Join(err, st.close()) }()
	}
	if err != nil {
		return f, err
	}
	base, err := st.base()
	if err != nil {
		return f, err
	}
	if err := st.act(ctx); err != nil {
		return f, err
	}
	if err := st.mend(ctx); err != nil {
		return f, err
	}
	st.quiet(ctx, &f)
	if err := st.judge(ctx, &f); err != nil {
		return f, err
	}
	if sc.check != nil {
		if err := sc.check(ctx, st, &f); err != nil {
			return f, err
		}
	}
	if !sc.restarts {
		if err := st.shrinks(ctx, base, &f); err != nil {
			return f, err
		}
	}
	s.say("%s (seed %d, %s)", f.text(sc.name), seed, time.Since(begin).Round(time.Second))
	for _, line := range append(f.notes, f.faults...) {
		s.say("    %s", line)
	}
	return f, nil
}

func (s *suite) stage(ctx context.Context, c *cluster, sc scenario, seed uint64) (*stage, error) {
	sc.replicas, sc.rate = cmp.Or(sc.replicas, 1), cmp.Or(sc.rate, 8)
	st := &stage{
		scenario: sc, suite: s, cluster: c, short: s.short, rand: rand.New(rand.NewPCG(seed, 1)), whim: rand.New(rand.NewPCG(seed, 2)), ledger: newLedger(),
		people: employees, documents: map[int64]int{},
	}
	if s.short {
		st.people = employees / 3
	}
	if sc.group { // it may be told twenty things a minute
		st.people = employees / 6
	}
	st.tickets = make([]ticketRef, st.people)
	var err error
	if st.tokens, err = tokens(); err != nil {
		return st, err
	}
	if err := c.create(ctx, st.database()); err != nil {
		return st, err
	}
	if st.telegram, err = startTelegram(); err != nil {
		return st, err
	}
	if st.mail, err = openPostOffice(); err != nil {
		return st, err
	}
	if sc.webhook {
		if st.hook, err = startBalancer(); err != nil {
			return st, err
		}
	}
	if err := st.startPrograms(ctx); err != nil {
		return st, err
	}
	return st, st.openTickets(ctx)
}

// notWord is what may not be in the name of a database.
var notWord = regexp.MustCompile(`\W+`)

func (st *stage) database() string {
	return "chaos_" + strings.ToLower(notWord.ReplaceAllString(st.name, "_"))
}

func (st *stage) startPrograms(ctx context.Context) error {
	env := append([]string{
		"DATABASE_URL=" + st.cluster.url(st.database()), "TELEGRAM_API_URL=" + st.telegram.url,
		"SMTP_URL=smtp://" + st.mail.addr, "EMAIL_FROM=chamados@exemplo.com.br",
	}, st.env...)
	if st.group {
		env = append(env, fmt.Sprintf("TELEGRAM_CHAT_ID=%d", group))
	}
	if st.hook != nil {
		env = append(env, "TELEGRAM_WEBHOOK_URL="+st.hook.url)
	}
	var g errgroup.Group
	for i := range st.replicas {
		p, err := newProgram(st.suite.binary, filepath.Join(st.suite.dir, st.database(), fmt.Sprint(i)), env...)
		if err != nil {
			return err
		}
		if st.settings != "" {
			if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(st.settings), 0o600); err != nil {
				return err
			}
		}
		if st.prepare != nil {
			if err := st.prepare(st, p); err != nil {
				return err
			}
		}
		st.programs = append(st.programs, p)
		g.Go(func() error { return p.start(ctx) })
	}
	if st.hook != nil {
		st.hook.serve(st.programs)
	}
	return g.Wait()
}

// openTickets gives each employee a ticket with a technician, and waits for their cards.
func (st *stage) openTickets(ctx context.Context) error {
	var g errgroup.Group
	g.SetLimit(8)
	for i := range st.tickets {
		g.Go(func() error { return st.openTicket(ctx, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i := range unlinked {
		id, err := st.newTicket(ctx, remote(i))
		if err != nil {
			return err
		}
		st.remotes = append(st.remotes, remoteTicket{remote(i), id})
	}
	return st.awaitQuiet(ctx, 3*time.Minute)
}

func (st *stage) openTicket(ctx context.Context, who int) error {
	id, err := st.newTicket(ctx, employee(who))
	if err != nil {
		return err
	}
	st.tickets[who].id = id
	err = st.ask(ctx, request{
		by: technicianOf(who), method: "PUT", path: fmt.Sprintf("/api/chamados/%d", id),
		body: map[string]any{"atribuido_para": technicianOf(who).id},
	}, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	card, err := st.telegram.WaitMessage(ctx, employee(who).telegram(), func(m emulator.Message) bool {
		return st.telegram.FromBot(m) && isCard(m) && strings.Contains(m.Content(), titleOf(employee(who)))
	})
	st.tickets[who].card = card.ID
	return err
}

func titleOf(p person) string { return "chamado de " + p.name() }

func (st *stage) newTicket(ctx context.Context, p person) (int64, error) {
	var out struct {
		ID int64 `json:"id"`
	}
	err := st.ask(ctx, request{by: p, method: "POST", path: "/api/chamados", body: map[string]string{
		"titulo": titleOf(p), "descricao": "O computador não liga desde ontem.", "categoria": "hardware",
	}}, &out)
	return out.ID, err
}

// isCard tells a ticket's card from a notice, which begins with the ticket's number.
func isCard(m emulator.Message) bool { return !strings.HasPrefix(m.Content(), "#") }

// act lets people act until disturb has returned.
func (st *stage) act(ctx context.Context) error {
	acting, stop := context.WithCancel(ctx)
	within, giveUp := context.WithCancel(ctx)
	defer giveUp()
	loaded := make(chan error, 1)
	go func() { loaded <- st.load(acting, within, st.rate) }()
	err := st.disturb(ctx, st)
	stop()
	if mended := st.mend(ctx); err == nil {
		err = mended
	}
	timer := time.AfterFunc(30*time.Second, giveUp)
	defer timer.Stop()
	return errors.Join(err, <-loaded)
}

// mend ends all that is broken.
func (st *stage) mend(ctx context.Context) error {
	st.telegram.ClearFaults()
	st.telegram.SetLimits(emulator.Limits{})
	st.mail.behave(well)
	for _, p := range st.programs {
		if !p.alive() {
			if err := p.start(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// quiet waits until nothing is left to do; that this takes too long is a fault, but no end.
func (st *stage) quiet(ctx context.Context, f *figures) {
	patience := st.settle
	if patience == 0 {
		patience = 2 * time.Minute
	}
	begin := time.Now()
	if err := st.awaitQuiet(ctx, patience); err != nil {
		f.fault("%v", err)
	}
	f.settled, f.stopped = time.Since(begin), st.slowest
}

// waiting counts what is still to be done: updates, messages and mails in the queues.
const waiting = `SELECT (SELECT count(*) FROM entrada WHERE tratado_em IS NULL AND parado_em IS NULL)
	+ (SELECT count(*) FROM saida WHERE terminado_em IS NULL) + (SELECT count(*) FROM correio WHERE terminado_em IS NULL)`

func (st *stage) awaitQuiet(ctx context.Context, patience time.Duration) error {
	conn, err := st.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var left int
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if err := conn.QueryRow(ctx, waiting).Scan(&left); err != nil {
			return err
		}
		if left == 0 && st.telegram.Pending() == 0 {
			return nil
		}
		if !pause(ctx, 50*time.Millisecond) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("after %s there is still something to do: %d in the queues, %d updates with Telegram", patience, left, st.telegram.Pending())
}

func (st *stage) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.Connect(ctx, st.cluster.url(st.database()))
}

// close ends everything that the stage is made of.
func (st *stage) close() error {
	var errs []error
	for _, p := range st.programs {
		took, err := p.terminate()
		if err == nil && took > maxDrain {
			err = fmt.Errorf("the program took %s to end", took)
		}
		errs = append(errs, err)
	}
	if st.hook != nil {
		errs = append(errs, st.hook.close())
	}
	if st.mail != nil {
		errs = append(errs, st.mail.close())
	}
	if st.telegram != nil {
		errs = append(errs, st.telegram.close())
	}
	return errors.Join(append(errs, st.cluster.drop(context.Background(), st.database()))...)
}

// maxDrain is how long a program may take to end in order.
const maxDrain = 10 * time.Second

// base returns what each program uses while nothing happens.
func (st *stage) base() ([]footprint, error) {
	var out []footprint
	for _, p := range st.programs {
		f, err := p.footprint()
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// Bounds of growth: idle connections come and go, a heap holds caches.
const (
	moreGoroutines = 40
	moreHeap       = 32 << 20
)

// shrinks waits until the programs use as little as before.
func (st *stage) shrinks(ctx context.Context, base []footprint, f *figures) error {
	for i, p := range st.programs {
		var now footprint
		for deadline := time.Now().Add(45 * time.Second); ; {
			var err error
			if now, err = p.footprint(); err != nil {
				return err
			}
			if now.goroutines <= base[i].goroutines+moreGoroutines && now.heap <= base[i].heap+moreHeap {
				break
			}
			if time.Now().After(deadline) {
				f.fault("grown: %d goroutines, %d MiB; before: %d, %d", now.goroutines, now.heap>>20, base[i].goroutines, base[i].heap>>20)
				break
			}
			if !pause(ctx, 500*time.Millisecond) {
				return ctx.Err()
			}
		}
		f.grew(now.goroutines-base[i].goroutines, now.heap-base[i].heap)
	}
	return nil
}
