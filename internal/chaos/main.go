// Command chaos breaks the shipped binary in every way it can think of while people use it, and
// compares what was sent with what is stored and what people saw in their chats. It ends with status
// 1 when anything was lost or acted twice.
//
//	make chaos                        everything, some 25 minutes
//	go run ./internal/chaos -only kill -seed 7
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// suite is one run.
type suite struct {
	binary string
	seed   uint64
	short  bool
	lanes  int // scenarios that play at the same time, each on a PostgreSQL of its own
	only   *regexp.Regexp
	say    func(format string, args ...any)

	dir string // scratch: logs and data directories
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &suite{say: func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
	}}
	only := ""
	flag.StringVar(&s.binary, "binary", "./chamados", "the program to break")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano())%1_000_000, "of the schedule")
	flag.BoolVar(&s.short, "short", false, "only what is quick")
	flag.IntVar(&s.lanes, "lanes", 3, "how many scenarios play at the same time")
	flag.StringVar(&only, "only", "", "run only the scenarios whose name matches")
	flag.Parse()
	var err error
	if s.only, err = regexp.Compile(only); err == nil {
		s.binary, err = filepath.Abs(s.binary)
	}
	var total figures
	if err == nil {
		total, err = s.run(ctx)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(2)
	case !total.good():
		os.Exit(1)
	}
}

// run plays the scenarios and prints and returns their figures.
func (s *suite) run(ctx context.Context) (total figures, err error) {
	s.say("seed %d", s.seed)
	if s.dir, err = os.MkdirTemp("", "chamados-chaos-"); err != nil {
		return total, err
	}
	defer func() {
		if total.good() && err == nil {
			err = os.RemoveAll(s.dir)
			return
		}
		s.say("logs are kept in %s", s.dir)
	}()
	if err := os.Chmod(s.dir, 0o711); err != nil {
		return total, err
	}
	begin := time.Now()
	total, err = s.playAll(ctx)
	if err != nil {
		return total, err
	}
	s.say("%s (%s)", total.text("all"), time.Since(begin).Round(time.Second))
	return total, nil
}
