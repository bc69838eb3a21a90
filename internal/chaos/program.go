package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// program is one replica: an address and a data directory that outlive its processes.
type program struct {
	binary string
	addr   string
	dir    string
	env    []string

	mu      sync.Mutex
	running *exec.Cmd
	ended   chan error    // of the running process
	gone    chan struct{} // closed when it has ended
}

func newProgram(binary, dir string, env ...string) (*program, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	p := &program{binary: binary, addr: l.Addr().String(), dir: dir}
	p.env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HTTP_ADDR=" + p.addr, "DATA_DIR=" + filepath.Join(dir, "data"), "SECRET_KEY=" + secret,
		"TELEGRAM_BOT_TOKEN=" + botToken,
	}, env...)
	return p, os.MkdirAll(dir, 0o711)
}

// start runs a process and returns when it serves.
func (p *program) start(ctx context.Context) error {
	if err := p.launch(); err != nil {
		return err
	}
	return p.serves(ctx, time.Minute)
}

// launch runs a process and does not wait.
func (p *program) launch() error {
	log, err := os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(p.binary, "serve")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, p.env, log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	gone := make(chan struct{})
	go func() {
		ended <- cmd.Wait()
		close(gone)
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running, p.ended, p.gone = cmd, ended, gone
	return nil
}

func (p *program) log() string { return filepath.Join(p.dir, "log") }

// serves waits until the program answers.
func (p *program) serves(ctx context.Context, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		ask, cancel := context.WithTimeout(ctx, time.Second)
		req, err := http.NewRequestWithContext(ask, http.MethodGet, "http://"+p.addr+"/health", nil)
		if err != nil {
			cancel()
			return err
		}
		resp, err := fresh.Do(req)
		cancel()
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Now().After(deadline) || ctx.Err() != nil || p.ends() {
			return errors.Join(fmt.Errorf("the program does not serve; see %s", p.log()), err, ctx.Err())
		}
	}
}

// fresh keeps no connections: they would outlive the processes.
var fresh = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}

// signal sends a signal and returns how the process ended and how long that took; it is killed after
// patience.
func (p *program) signal(s syscall.Signal, patience time.Duration) (time.Duration, error) {
	p.mu.Lock()
	cmd, ended := p.running, p.ended
	p.running = nil
	p.mu.Unlock()
	if cmd == nil {
		return 0, nil
	}
	begin := time.Now()
	if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return 0, err
	}
	select {
	case err := <-ended:
		return time.Since(begin), err
	case <-time.After(patience):
		_ = cmd.Process.Kill()
		return time.Since(begin), errors.Join(fmt.Errorf("the program did not end within %s of %s", patience, s), <-ended)
	}
}

// kill ends the process as a loss of power would.
func (p *program) kill() error {
	_, err := p.signal(syscall.SIGKILL, time.Minute)
	if _, killed := errors.AsType[*exec.ExitError](err); killed {
		return nil
	}
	return err
}

// terminate asks the process to end in order.
func (p *program) terminate() (time.Duration, error) {
	return p.signal(syscall.SIGTERM, 30*time.Second)
}

// ends reports whether the process has ended by itself.
func (p *program) ends() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.gone:
		return p.running != nil
	default:
		return false
	}
}

func (p *program) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running != nil
}

// footprint is what a process uses.
type footprint struct {
	goroutines int
	heap       int64 // bytes in use
}

var gauges = regexp.MustCompile(`(?m)^(go_goroutines|go_memstats_heap_inuse_bytes) (\S+)$`)

// footprint asks the program's metrics.
func (p *program) footprint() (f footprint, err error) {
	resp, err := fresh.Get("http://" + p.addr + "/metrics")
	if err != nil {
		return f, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return f, err
	}
	for _, m := range gauges.FindAllStringSubmatch(string(text), -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return f, err
		}
		if m[1] == "go_goroutines" {
			f.goroutines = int(v)
		} else {
			f.heap = int64(v)
		}
	}
	if f.goroutines == 0 {
		return f, fmt.Errorf("no metrics: %s", resp.Status)
	}
	return f, nil
}
