package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// mood is how the mail server behaves.
type mood int

const (
	well   mood = iota
	away        // refuses connections' commands with 421
	hangs       // takes a mail and never says so
	cuts        // takes a mail and breaks the connection
	slowly      // takes two seconds for each mail
)

// postOffice is a mail server that keeps what it is given.
type postOffice struct {
	addr     string
	listener net.Listener
	closed   chan struct{}

	mu    sync.Mutex
	mood  mood
	taken map[letter]receipt
}

// letter is a marker that was mailed to somebody.
type letter struct{ to, marker string }

// receipt says how often, and of how many the sender was not told, and when each was taken.
type receipt struct {
	times, unsure int
	taken         []delivery
}

// of returns what became of a marker that was mailed to somebody.
func (p *postOffice) of(to, marker string) receipt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken[letter{to, marker}]
}

func openPostOffice() (*postOffice, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &postOffice{addr: l.Addr().String(), listener: l, closed: make(chan struct{}), taken: map[letter]receipt{}}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.talk(conn)
		}
	}()
	return p, nil
}

func (p *postOffice) close() error {
	close(p.closed)
	return p.listener.Close()
}

func (p *postOffice) behave(m mood) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mood = m
}

func (p *postOffice) now() mood {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mood
}

// slowness is how long a slow server takes for a mail.
const slowness = 2 * time.Second

var errHangUp = errors.New("hang up")

func (p *postOffice) talk(conn net.Conn) {
	defer conn.Close()
	if p.now() == away {
		fmt.Fprint(conn, "421 closed for today\r\n")
		return
	}
	r := bufio.NewReader(conn)
	fmt.Fprint(conn, "220 chaos ESMTP\r\n")
	to := ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.TrimSpace(line))
		switch {
		case strings.HasPrefix(verb, "DATA"):
			fmt.Fprint(conn, "354 go on\r\n")
			if err := p.take(conn, r, to); err != nil {
				return
			}
		case strings.HasPrefix(verb, "RCPT"):
			to = strings.ToLower(strings.TrimPrefix(verb, "RCPT TO:"))
			fmt.Fprint(conn, "250 ok\r\n")
		case strings.HasPrefix(verb, "QUIT"):
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

// take keeps a mail and behaves.
func (p *postOffice) take(conn net.Conn, r *bufio.Reader, to string) error {
	var text strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(line)
	}
	m, begin := p.now(), time.Now()
	p.keep(to, strings.ReplaceAll(text.String(), "=\r\n", ""), m == hangs || m == cuts, begin, m == slowly)
	switch m {
	case cuts:
		return errHangUp
	case hangs:
		select {
		case <-p.closed:
		case <-time.After(time.Minute):
		}
		return errHangUp
	case slowly:
		time.Sleep(slowness)
	}
	_, err := fmt.Fprint(conn, "250 taken\r\n")
	return err
}

// keep notes the markers of a mail, which has them in two forms.
func (p *postOffice) keep(to, text string, unsure bool, begin time.Time, slow bool) {
	to, _, _ = strings.Cut(strings.Trim(to, "<> \r\n"), ">")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, found := range slices.Compact(slices.Sorted(slices.Values(marker.FindAllString(text, -1)))) {
		got := p.taken[letter{to, found}]
		got.times++
		if unsure {
			got.unsure++
		}
		end := begin
		if slow {
			end = end.Add(slowness)
		}
		got.taken = append(got.taken, delivery{begin: begin, end: end, answered: !unsure})
		p.taken[letter{to, found}] = got
	}
}
