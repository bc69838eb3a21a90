package admin

import (
	"bufio"
	"encoding/binary"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// line is the connection below a WebSocket. The library writes its control frames to it; messages, which
// go to many, are encoded as frames once and offered to each line without waiting. Each write is whole
// frames, and they go out one write after the other.
type line struct {
	net.Conn
	fd int // -1 if it cannot be written to without waiting

	mu   sync.Mutex
	torn []byte // what is left of a frame of which the beginning is sent

	using  sync.Mutex // held while fd is used, so that it is not closed meanwhile and given to another file
	closed bool
}

// newLine returns a line on a connection that nobody else closes.
func newLine(conn net.Conn) *line {
	l := &line{Conn: conn, fd: -1}
	if c, ok := conn.(syscall.Conn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { l.fd = int(fd) })
		}
	}
	return l
}

// hijack makes a WebSocket's connection a line.
type hijack struct {
	http.ResponseWriter
	line *line
}

func (h *hijack) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.line = newLine(conn)
	rw.Writer.Reset(h.line)
	return h.line, rw, nil
}

// Close ends the connection; who waits in Write is told.
func (l *line) Close() error {
	l.using.Lock()
	l.closed = true
	l.using.Unlock()
	return l.Conn.Close()
}

// Write sends p after what is left of the frame before it. It waits for at most writeTime.
func (l *line) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	defer func() { _ = l.SetWriteDeadline(time.Time{}) }()
	if len(l.torn) > 0 {
		n, err := l.Conn.Write(l.torn)
		l.torn = l.torn[n:]
		if err != nil {
			return 0, err
		}
	}
	if len(p) == 0 {
		return 0, nil
	}
	return l.Conn.Write(p)
}

// offer sends a frame if that needs no waiting. False means that nothing of it was sent, or that Write
// has to send the rest, even if with nothing else.
func (l *line) offer(frame []byte) (sent, torn bool) {
	if l.fd < 0 || !l.mu.TryLock() {
		return false, false
	}
	defer l.mu.Unlock()
	if len(l.torn) > 0 {
		return false, false
	}
	n := l.try(frame)
	if n <= 0 {
		return false, false
	}
	l.torn = frame[n:]
	return n == len(frame), n < len(frame)
}

// try writes to the descriptor itself: what net's connection does around each write took a third as long as the write.
func (l *line) try(frame []byte) int {
	l.using.Lock()
	defer l.using.Unlock()
	if l.closed {
		return 0
	}
	return tryWrite(l.fd, frame)
}

// textFrame returns a text message as the frame that a server sends.
func textFrame(message []byte) []byte {
	const finalText = 0x81
	out := make([]byte, 0, len(message)+10)
	switch n := len(message); {
	case n < 126:
		out = append(out, finalText, byte(n))
	case n <= 0xffff:
		out = binary.BigEndian.AppendUint16(append(out, finalText, 126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, finalText, 127), uint64(n))
	}
	return append(out, message...)
}
