package mail

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
)

// brokenServer speaks SMTP until a verb, at which it hangs up: before the answer to it or, for "." the
// end of a mail, before saying that it took it. It returns its address.
func brokenServer(t *testing.T, at string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			breakAt(conn, at)
			conn.Close()
		}
	}()
	return "smtp://" + l.Addr().String()
}

func breakAt(conn net.Conn, at string) {
	fmt.Fprint(conn, "220 ready\r\n")
	r, inData := bufio.NewReader(conn), false
	for {
		line, err := r.ReadString('\n')
		line = strings.TrimSpace(line)
		switch {
		case err != nil, strings.HasPrefix(line, at) && (at == ".") == (line == "."):
			return
		case line == "DATA":
			inData = true
			fmt.Fprint(conn, "354 go on\r\n")
		case line == ".":
			inData = false
			fmt.Fprint(conn, "250 taken\r\n")
		case !inData:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

// A connection that breaks loses no mail, and one that breaks when the mail was taken repeats none.
func TestSMTPConnectionThatBreaks(t *testing.T) {
	for at, taken := range map[string]bool{"EHLO": false, "MAIL": false, "RCPT": false, "DATA": false, ".": false, "RSET": true, "QUIT": true} {
		s, err := NewSMTP(brokenServer(t, at), "ti@exemplo.com.br", "TI")
		if err != nil {
			t.Fatal(err)
		}
		err = s.Send(t.Context(), Message{ID: "1", To: "ana@exemplo.com.br", Subject: "x", Text: "x", HTML: "x"})
		if _, later := errors.AsType[*LaterError](err); taken != (err == nil) || !taken && !later {
			t.Errorf("at %s: %v", at, err)
		}
	}
}
