// Command bench measures the shipped binary against what PostgreSQL alone can do on the same machine,
// and ends with status 1 when a bar of the paper on speed is missed.
//
//	make bench         the whole: 1,000, 100,000 and 1,000,000 tickets
//	make bench-quick   100,000 tickets, under three minutes
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// Names of the loaded databases, which are only read, and of the copies that runs change.
const (
	baseDatabase = "tickets_base"
	workDatabase = "tickets_work"
	smallTickets = 1_000
	baseTickets  = 100_000
	largeTickets = 1_000_000
)

// bench is one run.
type bench struct {
	cluster  *cluster
	binary   string
	json     string
	profiles string // where profiles go, "" for nowhere
	quick    bool
	rounds   int
	length   time.Duration // of one measurement
	tickets  int           // in the base database
	only     *regexp.Regexp
	ops      *regexp.Regexp // of the operations that are compared

	telegram *telegram
	actors   actors
	report   report
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	missed, err := run(ctx)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	case missed:
		os.Exit(1)
	}
}

func run(ctx context.Context) (missed bool, err error) {
	b := &bench{tickets: baseTickets}
	var dir, only, ops string
	flag.StringVar(&b.binary, "binary", "./chamados", "the program to measure")
	flag.StringVar(&dir, "dir", "", "keep cluster and data here for the next run; a new temporary directory if empty")
	flag.StringVar(&b.json, "json", "", "also write the result to this file")
	flag.StringVar(&b.profiles, "profiles", "", "write CPU profiles of the program to this directory, one for each operation")
	flag.StringVar(&only, "only", "", "measure only the stages whose name matches: "+stageNames())
	flag.StringVar(&ops, "operations", "", "of the stages throughput and growth only the operations whose name matches: create comment status get page …")
	flag.BoolVar(&b.quick, "quick", false, "100,000 tickets only, short measurements")
	flag.IntVar(&b.rounds, "rounds", 3, "interleaved rounds")
	flag.DurationVar(&b.length, "length", 5*time.Second, "of one measurement")
	soak := flag.Duration("soak", 0, "instead of all that, run a mixed load for so long and draw what becomes of the program")
	picture := flag.String("picture", "soak.svg", "where the soak draws")
	flag.Parse()
	if b.quick && !isSet("length") {
		b.length = 2 * time.Second
	}
	if b.quick && !isSet("rounds") {
		b.rounds = 2
	}
	if b.only, err = regexp.Compile(only); err != nil {
		return false, err
	}
	if b.ops, err = regexp.Compile(ops); err != nil {
		return false, err
	}
	if b.binary, err = absolute(b.binary); err != nil {
		return false, err
	}
	if b.cluster, err = startCluster(ctx, dir); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, b.cluster.stop()) }()
	if b.telegram, err = startTelegram(); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, b.telegram.close()) }()
	if err := b.prepare(ctx); err != nil {
		return false, err
	}
	if *soak > 0 {
		return false, b.soak(ctx, *soak, *picture)
	}
	failed := b.measure(ctx)
	b.report.print(os.Stdout)
	if b.json != "" && failed == nil {
		failed = b.report.write(b.json)
	}
	return b.report.missed(), failed
}

func isSet(name string) bool {
	found := false
	flag.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// prepare loads the base database and that of the limits.
func (b *bench) prepare(ctx context.Context) error {
	b.report = newReport(ctx, b)
	took, err := b.cluster.load(ctx, baseDatabase, b.tickets)
	if err != nil {
		return err
	}
	b.loaded(b.tickets, took)
	return b.cluster.makeLimits(ctx, baseDatabase)
}

// with runs the program on a fresh copy of the base database.
func (b *bench) with(ctx context.Context, do func(p *program) error) error {
	if err := b.cluster.copyDatabase(ctx, baseDatabase, workDatabase); err != nil {
		return err
	}
	return b.on(ctx, workDatabase, do)
}

// on runs the program on a database.
func (b *bench) on(ctx context.Context, database string, do func(p *program) error) (err error) {
	p, err := b.start(ctx, database, b.telegram.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if b.actors.it == nil {
		if b.actors, err = logIn(p); err != nil {
			return err
		}
	}
	return do(p)
}

// loaded notes how long a database took to fill; 0 for one that was there.
func (b *bench) loaded(tickets int, took time.Duration) {
	b.say("%d tickets loaded in %s", tickets, took.Round(time.Second))
	b.report.Stages = append(b.report.Stages, timing{fmt.Sprintf("load of %d", tickets), took.Round(100 * time.Millisecond).Seconds()})
}

// say tells whoever waits how far it is.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}
