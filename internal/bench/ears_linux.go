package main

import (
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"syscall"
	"time"
)

// ears hear for all listeners on one thread, from another computer as it were: the kernel notes when a message has come, and it is
// read a little later, when the program has done its work. To read nine hundred messages takes these cores 10 ms, which
// people's own computers do.
type ears struct {
	epoll int
	files []int
	rest  [][]byte // begun messages
	hear  func(listener int, message []byte, at time.Time)
	ended chan struct{}
	stop  [2]int // a pipe: closing its end stops the hearing
}

// listenWith takes the connections over and hears until close.
func listenWith(all []*listener, hear func(listener int, message []byte, at time.Time)) (*ears, error) {
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

// takeOver returns a descriptor of a connection that Go's own poller no longer watches, and has the kernel note when
// something comes. One of net's or os's files would stay with the poller: each message would wake its thread too, at the expense of
// the program that is measured.
func takeOver(c *net.TCPConn) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	file, failed := 0, error(nil)
	err = raw.Control(func(fd uintptr) { file, failed = syscall.Dup(int(fd)) })
	if err = errors.Join(err, failed, c.Close()); err != nil {
		return 0, err
	}
	return file, syscall.SetsockoptInt(file, syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
}

// nap is how long after the first message of an event all are read: when the last has usually come, and well before the next event.
const nap = 20 * time.Millisecond

// add has a descriptor told of whenever something comes, once for all that has come until it is read empty.
func (e *ears) add(fd, listener int) error {
	const edge = 1 << 31 // EPOLLET, which the package syscall has as a negative number
	return syscall.EpollCtl(e.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN | edge, Fd: int32(fd), Pad: int32(listener)})
}

// run sleeps and reads on a thread of its own.
func (e *ears) run() {
	runtime.LockOSThread()
	defer close(e.ended)
	events := make([]syscall.EpollEvent, 2*listeners)
	space := room{data: make([]byte, 64<<10), control: make([]byte, 64)}
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

// room is where the kernel puts what has come, and what it notes of it.
type room struct{ data, control []byte }

// read takes what has come for one listener. The call does not wait.
func (e *ears) read(event syscall.EpollEvent, into room) {
	for {
		n, noted, _, _, err := syscall.Recvmsg(int(event.Fd), into.data, into.control, syscall.MSG_DONTWAIT)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return
		case err != nil || n == 0:
			_ = syscall.EpollCtl(e.epoll, syscall.EPOLL_CTL_DEL, int(event.Fd), nil)
			return
		}
		e.take(int(event.Pad), into.data[:n], cameAt(into.control[:noted]))
		if n < len(into.data) {
			return
		}
	}
}

// cameAt returns when the last of what was read had come, as the kernel has noted it; the present if it has not.
func cameAt(noted []byte) time.Time {
	list, err := syscall.ParseSocketControlMessage(noted)
	if err != nil {
		return time.Now()
	}
	for _, m := range list {
		if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == syscall.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Now()
}

// take tells of the whole messages among what came.
func (e *ears) take(listener int, came []byte, at time.Time) {
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
			e.hear(listener, came[head:head+length], at)
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
