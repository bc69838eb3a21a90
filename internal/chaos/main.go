// Command chaos breaks the shipped binary in every way it can think of while people use it, and
// compares what was sent with what is stored and what people saw in their chats. It ends with status
// 1 when anything was lost or acted twice.
//
//	make chaos                        everything, about half an hour
//	go run ./internal/chaos -only kill -seed 7
package main

import (
	"context"
	"errors"
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
	only   *regexp.Regexp
	say    func(format string, args ...any)

	dir     string // scratch: logs and data directories
	cluster *cluster
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
	if s.cluster, err = startCluster(ctx, filepath.Join(s.dir, "cluster"), s.short); err != nil {
		return total, err
	}
	defer func() { err = errors.Join(err, s.cluster.stop()) }()
	if err := s.cluster.prepare(ctx); err != nil {
		return total, err
	}
	for i, sc := range scenarios {
		if !s.only.MatchString(sc.name) || s.short && !sc.short {
			continue
		}
		f, err := s.play(ctx, sc, s.seed+uint64(i))
		if errors.Is(err, errNoMount) {
			s.say("*** %s WAS NOT PLAYED: %v ***", sc.name, err)
			continue
		}
		if err != nil {
			return total, fmt.Errorf("%s: %w", sc.name, err)
		}
		total.add(f)
	}
	s.say("%s", total.text("all"))
	return total, nil
}
