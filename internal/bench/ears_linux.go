package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// ears hear for all listeners on one thread. A goroutine for each would cost the machine as much as the
// program that is measured.
type ears struct {
	epoll int
	files []*os.File
	rest  [][]byte // begun messages
	hear  func(listener int, message []byte)
	ended chan struct{}
	stop  [2]int // a pipe: closing its end stops the hearing
}

// listenWith takes the connections over and hears until close.
func listenWith(all []*listener, hear func(listener int, message []byte)) (*ears, error) {
	e := &ears{hear: hear, rest: make([][]byte, len(all)), ended: make(chan struct{})}
	var err error
	if e.epoll, err = syscall.EpollCreate1(0); err != nil {
		return nil, err
	}
	if err := syscall.Pipe2(e.stop[:], syscall.O_NONBLOCK); err != nil {
		return nil, err
	}
	if err := e.add(e.stop[0], -1); err != nil {
		return nil, err
	}
	for i, l := range all {
		file, err := l.net.(*net.TCPConn).File() // one that Go's own poller does not wake for
		if err != nil {
			return nil, err
		}
		begun, err := l.r.Peek(l.r.Buffered())
		if err != nil {
			return nil, err
		}
		e.files, e.rest[i] = append(e.files, file), append([]byte(nil), begun...)
		_ = l.net.Close()
		if err := errors.Join(syscall.SetNonblock(int(file.Fd()), true), e.add(int(file.Fd()), i)); err != nil {
			return nil, err
		}
	}
	go e.run()
	return e, nil
}

// nap lets messages gather, so that one look takes many; it counts as delay of the program.
const nap = 500 * time.Microsecond

func (e *ears) add(fd, listener int) error {
	return syscall.EpollCtl(e.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd), Pad: int32(listener)})
}

func (e *ears) run() {
	defer close(e.ended)
	events, space := make([]syscall.EpollEvent, 512), make([]byte, 64<<10)
	for {
		if _, err := syscall.EpollWait(e.epoll, events[:1], -1); err != nil && err != syscall.EINTR {
			return
		}
		time.Sleep(nap)
		n, err := syscall.EpollWait(e.epoll, events, 0)
		if err != nil && err != syscall.EINTR {
			return
		}
		for _, event := range events[:max(n, 0)] {
			if event.Pad < 0 {
				return
			}
			n, err := syscall.Read(int(event.Fd), space)
			if n > 0 {
				e.take(int(event.Pad), space[:n])
			} else if err != syscall.EAGAIN && err != syscall.EINTR {
				_ = syscall.EpollCtl(e.epoll, syscall.EPOLL_CTL_DEL, int(event.Fd), nil)
			}
		}
	}
}

// take tells of the whole messages among what came.
func (e *ears) take(listener int, came []byte) {
	if len(e.rest[listener]) > 0 {
		came = append(e.rest[listener], came...)
	}
	for len(came) >= 2 {
		head, length := 2, int(came[1]&0x7f)
		if length == 126 && len(came) >= 4 {
			head, length = 4, int(binary.BigEndian.Uint16(came[2:]))
		}
		if len(came) < head+length || came[1] == 126 && head == 2 {
			break
		}
		if came[0]&0x0f == 1 {
			e.hear(listener, came[head:head+length])
		}
		came = came[head+length:]
	}
	e.rest[listener] = bytes.Clone(came)
}

func (e *ears) close() {
	_ = syscall.Close(e.stop[1])
	<-e.ended
	for _, f := range e.files {
		_ = f.Close()
	}
	_, _ = syscall.Close(e.stop[0]), syscall.Close(e.epoll)
}
