package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// stage is one group of rows.
type stage struct {
	name string
	long bool // not in the quick run
	run  func(*bench, context.Context) error
}

var stages = []stage{
	{"throughput", false, (*bench).throughput},
	{"login", false, (*bench).logins},
	{"overload", false, (*bench).overload},
	{"socket", false, (*bench).sockets},
	{"chat", false, (*bench).chat},
	{"backlog", false, (*bench).backlog},
	{"import", false, (*bench).importing},
	{"footprint", false, (*bench).footprint},
	{"panel", false, (*bench).panel},
	{"growth", true, (*bench).growth},
}

func stageNames() string {
	var out string
	for _, s := range stages {
		out += s.name + " "
	}
	return out
}

// measure runs the stages that are wanted and not done yet. One that fails does not keep the others from being measured.
func (b *bench) measure(ctx context.Context) error {
	p, err := b.progress()
	if err != nil {
		return err
	}
	var failed error
	clean := b.report
	for _, s := range stages {
		if s.long && b.quick || !b.only.MatchString(s.name) {
			continue
		}
		if slices.Contains(p.Done, s.name) {
			b.say("%s: measured before the interruption", s.name)
			continue
		}
		b.say("%s …", s.name)
		begin := time.Now()
		if err := s.run(b, ctx); err != nil {
			b.say("%s: %v", s.name, err)
			failed = errors.Join(failed, fmt.Errorf("%s: %w", s.name, err), b.telegram.drain())
			b.report = clean // without what it had measured so far
			if ctx.Err() != nil {
				return failed
			}
			continue
		}
		b.report.Stages = append(b.report.Stages, timing{s.name, time.Since(begin).Round(100 * time.Millisecond).Seconds()})
		if err := p.save(s.name, b.report); err != nil {
			return errors.Join(failed, err)
		}
		clean = b.report
	}
	if failed != nil {
		return failed // the next run measures what is missing
	}
	return p.forget()
}

// timing is how long a stage took, with the copies and starts that it needs.
type timing struct {
	Stage   string  `json:"stage"`
	Seconds float64 `json:"seconds"`
}

// progress is what an interrupted run had measured, kept beside the data that -dir keeps.
type progress struct {
	file   string
	Run    string   `json:"run"` // which program was measured how
	Done   []string `json:"done"`
	Report report   `json:"report"`
}

// progress returns that of the last run with the same program and the same wishes, or an empty one.
func (b *bench) progress() (*progress, error) {
	binary, err := os.ReadFile(b.binary)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(fmt.Append(binary, b.quick, b.rounds, b.length, b.only, b.ops))
	fresh := &progress{file: filepath.Join(b.cluster.dir, "progress.json"), Run: hex.EncodeToString(hash[:])}
	raw, err := os.ReadFile(fresh.file)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return nil, err
	}
	kept := progress{file: fresh.file}
	if err := json.Unmarshal(raw, &kept); err != nil || kept.Run != fresh.Run {
		return fresh, nil // half written, or of another program
	}
	b.report = kept.Report
	return &kept, nil
}

func (p *progress) save(stage string, r report) error {
	p.Done, p.Report = append(p.Done, stage), r
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(p.file, raw, 0o644)
}

func (p *progress) forget() error {
	if err := os.Remove(p.file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
