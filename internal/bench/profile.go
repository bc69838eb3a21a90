package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// profile writes what the program does with its time during a measurement to <dir>/<name>.pprof. The
// returned function waits for it.
func (b *bench) profile(p *program, name string) (saved func()) {
	if b.profiles == "" {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		path := fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int(b.length/time.Second)))
		a, err := once(p.pprof, request{method: "GET", path: path})
		if err == nil {
			err = os.WriteFile(filepath.Join(b.profiles, name+".pprof"), a.body, 0o644)
		}
		if err != nil {
			b.say("no profile of %s: %v", name, err)
		}
	}()
	return func() { <-done }
}
