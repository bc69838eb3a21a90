// Package proxy finds out who asks when requests come through proxies of ours. What a proxy's headers
// say is believed only when the connection comes from one: anybody can send such headers.
package proxy

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Trusted are the networks of our proxies; none are trusted if it is empty.
type Trusted []netip.Prefix

// Parse reads addresses (10.0.0.5, ::1) and networks (10.0.0.0/8).
func Parse(list []string) (Trusted, error) {
	var out Trusted
	for _, s := range list {
		if addr, err := netip.ParseAddr(s); err == nil {
			addr = addr.Unmap().WithZone("")
			out = append(out, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network, e.g. 10.0.0.0/8", s)
		}
		out = append(out, network.Masked())
	}
	return out, nil
}

func (t Trusted) has(addr netip.Addr) bool {
	for _, network := range t {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

type originKey struct{}

// origin is where a request comes from, behind our proxies.
type origin struct {
	client netip.Addr
	secure bool
}

// Handler notes on every request who asks, for [Client] and [Secure]. stranger hears of neighbours that
// speak for others although nobody said that they are ours.
func (t Trusted) Handler(next http.Handler, stranger func(netip.Addr)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, hops := direct(r), r.Header.Values("X-Forwarded-For")
		if !t.has(peer) {
			if len(hops) > 0 && (peer.IsLoopback() || peer.IsPrivate()) {
				stranger(peer)
			}
			next.ServeHTTP(w, r)
			return
		}
		o := origin{client: t.client(peer, hops), secure: r.TLS != nil}
		if scheme := last(r.Header.Values("X-Forwarded-Proto")); scheme != "" {
			o.secure = strings.EqualFold(scheme, "https")
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), originKey{}, o)))
	})
}

// client walks back from the proxy that speaks to us to the first address that is not one of ours.
func (t Trusted) client(peer netip.Addr, headers []string) netip.Addr {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for i := len(hops) - 1; i >= 0 && t.has(peer); i-- {
		hop, ok := parse(hops[i])
		if !ok {
			break
		}
		peer = hop
	}
	return peer
}

// last returns what the proxy next to us said, however much came with the request.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	list := strings.Split(values[len(values)-1], ",")
	return strings.TrimSpace(list[len(list)-1])
}

func parse(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if both, err := netip.ParseAddrPort(s); err == nil {
		return both.Addr().Unmap().WithZone(""), true
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap().WithZone(""), err == nil
}

func direct(r *http.Request) netip.Addr {
	addr, _ := parse(r.RemoteAddr)
	return addr
}

// Client returns the address of whoever asks, the zero one if it is not known.
func Client(r *http.Request) netip.Addr {
	if o, ok := r.Context().Value(originKey{}).(origin); ok {
		return o.client
	}
	return direct(r)
}

// Secure reports whether the client speaks TLS, with us or with a proxy of ours.
func Secure(r *http.Request) bool {
	if o, ok := r.Context().Value(originKey{}).(origin); ok {
		return o.secure
	}
	return r.TLS != nil
}
