package main

import (
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// ears hear for all listeners on one thread. A goroutine for each would cost the machine as much as the
// program that is measured.
type ears struct {
	epoll int
	files []int
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
		file, err := takeOver(l.net.(*net.TCPConn))
		if err != nil {
			return nil, err
		}
		begun, err := l.r.Peek(l.r.Buffered())
		if err != nil {
			return nil, err
		}
		e.files, e.rest[i] = append(e.files, file), append([]byte(nil), begun...)
		if err := e.add(file, i); err != nil {
			return nil, err
		}
	}
	go e.run()
	return e, nil
}

// takeOver returns a descriptor of a connection that Go's own poller no longer watches. One of net's or os's files would
// stay with it: each message would wake its thread too, at the expense of the program that is measured.
func takeOver(c *net.TCPConn) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	file, failed := 0, error(nil)
	err = raw.Control(func(fd uintptr) { file, failed = syscall.Dup(int(fd)) })
	return file, errors.Join(err, failed, c.Close())
}

// nap lets messages gather, so that one look takes many; it counts as delay of the program.
const nap = 500 * time.Microsecond

// add has a descriptor told of whenever something comes, once for all that has come until it is read empty.
func (e *ears) add(fd, listener int) error {
	const edge = 1 << 31 // EPOLLET, which the package syscall has as a negative number
	return syscall.EpollCtl(e.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN | edge, Fd: int32(fd), Pad: int32(listener)})
}

// run sleeps and reads with plain system calls on a thread of its own, for which the scheduler does nothing.
func (e *ears) run() {
	runtime.LockOSThread()
	defer close(e.ended)
	events, space := make([]syscall.EpollEvent, 2*listeners), make([]byte, 64<<10)
	for {
		first, err := syscall.EpollWait(e.epoll, events[:1], -1)
		if err != nil && err != syscall.EINTR {
			return
		}
		first = max(first, 0)
		_ = syscall.Nanosleep(&syscall.Timespec{Nsec: int64(nap)}, nil)
		more, err := syscall.EpollWait(e.epoll, events[first:], 0)
		if err != nil && err != syscall.EINTR {
			return
		}
		for _, event := range events[:first+max(more, 0)] {
			if event.Pad < 0 {
				return
			}
			e.read(event, space)
		}
	}
}

// read takes what has come for one listener. The call does not wait, so that the scheduler need not know of it.
func (e *ears) read(event syscall.EpollEvent, space []byte) {
	for {
		n, _, err := syscall.RawSyscall(syscall.SYS_READ, uintptr(event.Fd), uintptr(unsafe.Pointer(&space[0])), uintptr(len(space)))
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return
		case err != 0 || n == 0:
			_ = syscall.EpollCtl(e.epoll, syscall.EPOLL_CTL_DEL, int(event.Fd), nil)
			return
		}
		e.take(int(event.Pad), space[:n])
		if int(n) < len(space) {
			return
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
	e.rest[listener] = append(e.rest[listener][:0], came...)
}

func (e *ears) close() {
	_ = syscall.Close(e.stop[1])
	<-e.ended
	for _, f := range e.files {
		_ = syscall.Close(f)
	}
	_, _ = syscall.Close(e.stop[0]), syscall.Close(e.epoll)
}
