package admin_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A client that sends all it has before it reads hears that it was too much; the connection is not
// broken off under it.
func TestTooMuchIsSaidToClientsThatOnlySend(t *testing.T) {
	w := newWorld(t)
	const size = 6 << 20 // more than sockets buffer
	for name, c := range map[string]struct{ method, path, headers, body string }{
		"length":  {"POST", "/api/chamados", fmt.Sprintf("Content-Length: %d\r\n", size), strings.Repeat("x", size)},
		"chunked": {"POST", "/api/chamados", "Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", size, strings.Repeat("x", size))},
		"waits":   {"POST", "/api/chamados", fmt.Sprintf("Content-Length: %d\r\nExpect: 100-continue\r\n", size), ""},
	} {
		conn, err := net.Dial("tcp", w.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n%s",
			c.method, c.path, w.tokens[ana], c.headers, c.body)
		if err != nil {
			t.Errorf("%s: cut off while sending: %v", name, err)
			continue
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: no answer: %v", name, err)
			continue
		}
		body, err := io.ReadAll(res.Body)
		if res.StatusCode != 413 || err != nil || !strings.Contains(string(body), `"code":"too_large"`) {
			t.Errorf("%s: %d %v %s", name, res.StatusCode, err, body)
		}
	}
}
