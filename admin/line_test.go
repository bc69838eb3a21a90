package admin

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// wired returns a line and its other end, with as little room between them as the system allows.
func wired(t *testing.T) (*line, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = far.Close(), near.Close() })
	if err := near.(*net.TCPConn).SetWriteBuffer(1); err != nil {
		t.Fatal(err)
	}
	return newLine(near), far
}

// A frame of which a part is sent is finished before anything else, whoever writes next.
func TestFramesAreNotMixed(t *testing.T) {
	l, far := wired(t)
	var want bytes.Buffer
	torn := false
	for i := 0; !torn; i++ {
		frame := textFrame([]byte(strings.Repeat(fmt.Sprint(i%10), 70_000)))
		var sent bool
		if sent, torn = l.offer(frame); sent || torn {
			want.Write(frame)
		}
		if !sent && !torn {
			t.Skip("the system sends all or nothing")
		}
	}
	if sent, torn := l.offer(textFrame([]byte("too early"))); sent || torn {
		t.Error("a frame was sent into another one")
	}
	pong := []byte{0x8a, 0}
	want.Write(pong)
	done := make(chan error, 1)
	go func() {
		_, err := l.Write(pong)
		done <- err
	}()
	got := make([]byte, want.Len())
	if _, err := io.ReadFull(far, got); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("what was sent is not what was offered, in its order")
	}
	if sent, _ := l.offer(textFrame([]byte("now"))); !sent {
		t.Error("nothing waits, and still a frame is not sent at once")
	}
}

// A closed connection's descriptor may belong to another file already.
func TestNothingIsOfferedToAClosedConnection(t *testing.T) {
	l, _ := wired(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	stranger, far := wired(t)
	if stranger.fd != l.fd {
		t.Skip("the system gave the next connection another descriptor")
	}
	if sent, torn := l.offer(textFrame([]byte("secret"))); sent || torn {
		t.Error("a closed connection took a frame")
	}
	if _, err := stranger.Write([]byte("mine")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(far, got); err != nil || string(got) != "mine" {
		t.Errorf("the next connection's client read %q, %v", got, err)
	}
}

func TestFrameHeaders(t *testing.T) {
	for n, header := range map[int][]byte{
		0: {0x81, 0}, 125: {0x81, 125}, 126: {0x81, 126, 0, 126}, 65535: {0x81, 126, 255, 255}, 65536: {0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0},
	} {
		message := bytes.Repeat([]byte("x"), n)
		if got := textFrame(message); !bytes.Equal(got, append(header, message...)) {
			t.Errorf("%d bytes: frame begins with %x", n, got[:min(len(got), 12)])
		}
	}
}
