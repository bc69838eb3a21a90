package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// conn is one keep-alive HTTP connection that costs the machine as little as it can, so that the load
// does not spoil the figures.
type conn struct {
	addr string
	net  net.Conn
	r    *bufio.Reader
	out  []byte
	body []byte
}

func dial(addr string) (*conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{addr: addr, net: c, r: bufio.NewReaderSize(c, 64<<10)}, nil
}

func (c *conn) close() { _ = c.net.Close() }

// request is one HTTP request. Auth is a whole header line with its end, or "".
type request struct {
	method, path, auth, body string
}

// answer is what came back; body is valid until the next request.
type answer struct {
	status int
	body   []byte
}

// do sends a request and reads the whole answer.
func (c *conn) do(q request) (answer, error) {
	if err := c.send(q); err != nil {
		return answer{}, err
	}
	status, length, err := c.head()
	if err != nil {
		return answer{}, err
	}
	if length < 0 {
		c.body, err = c.chunks(c.body[:0])
	} else {
		if cap(c.body) < length {
			c.body = make([]byte, length)
		}
		c.body = c.body[:length]
		_, err = io.ReadFull(c.r, c.body)
	}
	return answer{status: status, body: c.body}, err
}

func (c *conn) send(q request) error {
	b := append(c.out[:0], q.method...)
	b = append(append(append(b, ' '), q.path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(append(b, c.addr...), "\r\n"...), q.auth...)
	if q.body != "" {
		b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(q.body)), 10), "\r\n"...)
	}
	b = append(append(b, "\r\n"...), q.body...)
	c.out = b
	_, err := c.net.Write(b)
	return err
}

var (
	contentLength = []byte("Content-Length: ")
	chunked       = []byte("Transfer-Encoding: chunked")
)

// head reads status line and headers; length is -1 when the body comes in chunks.
func (c *conn) head() (status, length int, err error) {
	line, err := c.line()
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 {
		return 0, 0, fmt.Errorf("not HTTP: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	for {
		if line, err = c.line(); err != nil || len(line) == 0 {
			return status, length, err
		}
		if value, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, 0, err
			}
		} else if bytes.Equal(line, chunked) {
			length = -1
		}
	}
}

func (c *conn) line() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

// chunks appends a chunked body to into.
func (c *conn) chunks(into []byte) ([]byte, error) {
	err := c.eachChunk(func(piece []byte) { into = append(into, piece...) })
	return into, err
}

// eachChunk hands over a chunked body piece by piece.
func (c *conn) eachChunk(do func([]byte)) error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(line), 16, 64)
		if err != nil {
			return err
		}
		for left := size; left > 0; {
			piece, err := c.r.Peek(int(min(left, 32<<10)))
			if err != nil {
				return err
			}
			do(piece)
			_, _ = c.r.Discard(len(piece))
			left -= int64(len(piece))
		}
		if end, err := c.line(); err != nil || len(end) != 0 {
			return errors.Join(err, errors.New("a chunk without its end"))
		}
		if size == 0 {
			return nil
		}
	}
}

// expect fails unless the status is 200.
func (a answer) expect() error {
	if a.status != 200 {
		return fmt.Errorf("status %d: %.300s", a.status, a.body)
	}
	return nil
}

// once sends one request on a connection of its own.
func once(addr string, q request) (answer, error) {
	c, err := dial(addr)
	if err != nil {
		return answer{}, err
	}
	defer c.close()
	_ = c.net.SetDeadline(time.Now().Add(2 * time.Minute))
	a, err := c.do(q)
	if err == nil {
		err = a.expect()
	}
	return a, err
}
