package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	listeners = 1000
	// Of the listeners every tenth is an employee who may not see the tickets that the others hear of.
	everyEmployee = 10
	eventsASecond = 10
)

// listener is a WebSocket client that costs little.
type listener struct {
	net net.Conn
	r   *bufio.Reader
}

// listenAt opens a connection and waits for the server's consent.
func listenAt(addr, auth string) (*listener, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(c, "GET /ws HTTP/1.1\r\nHost: %s\r\n%sConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", addr, auth)
	if err != nil {
		return nil, err
	}
	l := &listener{net: c, r: bufio.NewReaderSize(c, 512)}
	for first := true; ; first = false {
		line, err := l.r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if first && !strings.HasPrefix(line, "HTTP/1.1 101") {
			return nil, fmt.Errorf("no WebSocket: %s", line)
		}
		if line == "\r\n" {
			return l, nil
		}
	}
}

// audience counts who has heard of which ticket.
type audience struct {
	heard     [4096]atomic.Int32
	last      [4096]atomic.Int64 // when the last so far had it, in Unix nanoseconds
	done      [4096]atomic.Int64 // the same, once all have it
	first     int                // number of the first ticket
	want      int32
	forbidden atomic.Int64
}

var ticketMember = []byte(`"ticket_id":`)

func (a *audience) hear(message []byte, at time.Time, mayKnow bool) {
	_, rest, ok := bytes.Cut(message, ticketMember)
	if !ok || !bytes.Contains(message, []byte(`"ticket_created"`)) {
		return
	}
	n := 0
	for _, digit := range rest {
		if digit < '0' || digit > '9' {
			break
		}
		n = n*10 + int(digit-'0')
	}
	n -= a.first
	if n < 0 || n >= len(a.heard) {
		return
	}
	if !mayKnow {
		a.forbidden.Add(1)
		return
	}
	for last := a.last[n].Load(); at.UnixNano() > last && !a.last[n].CompareAndSwap(last, at.UnixNano()); {
		last = a.last[n].Load()
	}
	if a.heard[n].Add(1) == a.want {
		a.done[n].Store(a.last[n].Load())
	}
}

// sockets measures how long it takes until the last of a thousand clients has been told of a new ticket.
func (b *bench) sockets(ctx context.Context) error {
	return b.with(ctx, func(p *program) error {
		before, err := b.settled(p)
		if err != nil {
			return err
		}
		a := &audience{first: b.tickets + 1}
		all, err := b.gather(p, a)
		for _, l := range all {
			defer l.net.Close()
		}
		if err != nil {
			return err
		}
		deaf, err := listenAt(p.addr, b.actors.it[0]) // never reads
		if err != nil {
			return err
		}
		defer deaf.net.Close()
		after, err := b.settled(p)
		if err != nil {
			return err
		}
		heard, err := listenWith(all, func(i int, message []byte, at time.Time) { a.hear(message, at, i%everyEmployee != 0) })
		if err != nil {
			return err
		}
		from := b.usage(p)
		delays, err := b.announce(ctx, p, a)
		cpu := from.until(b.usage(p))
		heard.close()
		if err != nil {
			return err
		}
		perClient := float64(after-before) / listeners / 1024
		b.add(row{
			Name: "WebSocket: POST → last of 1,000, p50", Ours: ms(delays[len(delays)/2]), Unit: "ms", Value: ms(delays[len(delays)/2]), Bar: 12, AtMost: true, CPU: &cpu,
			Note: fmt.Sprintf("until it is in the last one's socket; p99 %.1f ms; %d events, every one to %d clients, none to %d who may not see it, one client deaf",
				ms(delays[len(delays)*99/100]), len(delays), a.want, listeners-int(a.want)),
		})
		b.add(row{Name: "WebSocket: memory of a client", Ours: perClient, Unit: "KiB", Value: perClient, Bar: 32, AtMost: true})
		return nil
	})
}

func (b *bench) gather(p *program, a *audience) ([]*listener, error) {
	var all []*listener
	for i := range listeners {
		auth := b.actors.it[i%clients]
		if i%everyEmployee == 0 {
			auth = b.actors.employees[1] // the tickets are those of the first
		} else {
			a.want++
		}
		l, err := listenAt(p.addr, auth)
		if err != nil {
			return all, err
		}
		all = append(all, l)
	}
	return all, nil
}

// announce opens tickets at an even pace and returns how long each took to reach the last client, sorted.
func (b *bench) announce(ctx context.Context, p *program, a *audience) ([]time.Duration, error) {
	var sent []time.Time
	s, err := b.paced(ctx, p, eventsASecond, max(b.length, 5*time.Second), func(int) request {
		sent = append(sent, time.Now())
		return request{"POST", "/api/chamados", b.actors.employees[0], ticketBody}
	})
	if err = errors.Join(err, s.sound("create")); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(5 * time.Second)
	var delays []time.Duration
	for i, at := range sent {
		for a.done[i].Load() == 0 {
			if time.Now().After(deadline) {
				return nil, fmt.Errorf("ticket %d reached %d of %d clients", a.first+i, a.heard[i].Load(), a.want)
			}
			time.Sleep(time.Millisecond)
		}
		delays = append(delays, time.Unix(0, a.done[i].Load()).Sub(at))
	}
	if n := a.forbidden.Load(); n > 0 {
		return nil, fmt.Errorf("%d messages to clients who may not see the ticket", n)
	}
	slices.Sort(delays)
	return delays, nil
}

// settled returns the program's memory once it no longer grows.
func (b *bench) settled(p *program) (int64, error) {
	last := resident(p.pid())
	for range 20 {
		time.Sleep(250 * time.Millisecond)
		now := resident(p.pid())
		if now <= last+(64<<10) {
			return now, nil
		}
		last = now
	}
	return last, nil
}
