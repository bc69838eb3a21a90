package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Settings of the program under test: only what a user must set too. The rest are the defaults.
const (
	botToken = "100000001:bench-emulator-only"
	secret   = "bench-secret-bench-secret-bench-secret"
)

// program is a running `chamados serve`.
type program struct {
	cmd     *exec.Cmd
	addr    string
	pprof   string // address of its profiles
	dir     string
	started time.Duration // until the first answer of /health
	log     *os.File
}

// start runs the binary against a database. telegram is the Bot API's address.
func (b *bench) start(ctx context.Context, database, telegram string) (*program, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.cluster.dir, "program-")
	if err != nil {
		return nil, err
	}
	p := &program{addr: fmt.Sprintf("127.0.0.1:%d", port), dir: dir}
	if p.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	args := []string{"serve"}
	if b.profiles != "" {
		if port, err = freePort(); err != nil {
			return nil, err
		}
		p.pprof = fmt.Sprintf("127.0.0.1:%d", port)
		args = append(args, "--pprof", p.pprof)
	}
	p.cmd = exec.CommandContext(ctx, b.binary, args...)
	p.cmd.Dir = dir
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HTTP_ADDR=" + p.addr, "DATA_DIR=" + dir, "SECRET_KEY=" + secret,
		"DATABASE_URL=" + b.cluster.url(database), "TELEGRAM_BOT_TOKEN=" + botToken, "TELEGRAM_API_URL=" + telegram,
		fmt.Sprintf("TELEGRAM_CHAT_ID=%d", group),
	}
	begin := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if err := p.healthy(begin.Add(time.Minute)); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	p.started = time.Since(begin)
	return p, nil
}

func (p *program) pid() int { return p.cmd.Process.Pid }

func (p *program) healthy(deadline time.Time) error {
	for {
		a, err := once(p.addr, request{method: "GET", path: "/health"})
		if err == nil && a.status == 200 {
			return nil
		}
		if time.Now().After(deadline) {
			tail, _ := os.ReadFile(p.log.Name())
			return fmt.Errorf("the program is not ready: %d, %w\n%s", a.status, err, tail[max(0, len(tail)-2000):])
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// stop ends the program and removes its files.
func (p *program) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	err := p.cmd.Wait()
	_ = p.log.Close()
	return errors.Join(err, os.RemoveAll(p.dir))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// login returns the header by which a person of the database acts.
func login(p *program, id int) (string, error) {
	body, err := json.Marshal(map[string]string{"email": email(id), "password": password})
	if err != nil {
		return "", err
	}
	a, err := once(p.addr, request{method: "POST", path: "/api/auth/login", body: string(body)})
	if err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		return "", err
	}
	return "Authorization: Bearer " + out.Token + "\r\n", nil
}

// asCookie turns a bearer header into that of a browser's session.
func asCookie(auth string) string {
	token := strings.TrimSpace(strings.TrimPrefix(auth, "Authorization: Bearer "))
	return "Cookie: chamados_sessao=" + token + "\r\n"
}

// actors are the acting people's headers: IT and employees. Tokens hold for every database of the bench.
type actors struct{ it, employees []string }

func logIn(p *program) (actors, error) {
	var out actors
	for i := range clients {
		for _, who := range []struct {
			id   int
			into *[]string
		}{{1 + i, &out.it}, {firstOwner + i, &out.employees}} {
			auth, err := login(p, who.id)
			if err != nil {
				return out, err
			}
			*who.into = append(*who.into, auth)
		}
	}
	return out, nil
}
