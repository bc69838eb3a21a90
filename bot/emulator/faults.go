package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind says what goes wrong.
type FaultKind string

// The kinds of faults. "Before" and "after" tell whether the call was executed.
const (
	FaultRateLimited FaultKind = "rate_limited" // 429 with RetryAfter
	FaultServerError FaultKind = "server_error" // Code (default 502) with an HTML body
	FaultHangBefore  FaultKind = "hang_before"  // no answer until the client gives up
	FaultHangAfter   FaultKind = "hang_after"   // executed, then no answer
	FaultDropBefore  FaultKind = "drop_before"  // the connection breaks
	FaultDropAfter   FaultKind = "drop_after"   // executed, then the connection breaks
	FaultDuplicate   FaultKind = "duplicate"    // the next updates are delivered twice
	FaultReorder     FaultKind = "reorder"      // the next Times updates are held and then delivered the last first
)

// Fault is something that goes wrong for the next Times calls (or updates) that fit.
type Fault struct {
	Kind       FaultKind `json:"kind"`
	Method     string    `json:"method,omitempty"` // empty: any but getUpdates; "download" is fetching a file
	ChatID     int64     `json:"chat_id,omitempty"`
	Times      int       `json:"times,omitempty"` // 0 means 1, negative: until ClearFaults
	RetryAfter int       `json:"retry_after,omitempty"`
	Code       int       `json:"code,omitempty"`
}

// Limits are Telegram's rates; exceeding one is answered with 429. Zero is no limit.
type Limits struct {
	PerSecond      int `json:"per_second"`       // in all
	PerChatSecond  int `json:"per_chat_second"`  // in one chat
	PerGroupMinute int `json:"per_group_minute"` // in one group
}

// TelegramLimits are the limits that Telegram's documentation names.
var TelegramLimits = Limits{PerSecond: 30, PerChatSecond: 1, PerGroupMinute: 20}

// Fault adds a fault; the earliest added one that fits is used first.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// ClearFaults ends all faults and delivers updates that one holds.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	s.release()
}

// SetLimits switches rate limiting of sending and editing methods.
func (s *Server) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limiter = limiter{Limits: l}
}

// takeFault uses up the first fault that fits and returns a copy of it, with Times left, or nil. Without
// kinds it looks for those of calls.
func (s *Server) takeFault(method string, chatID int64, kinds ...FaultKind) *Fault {
	for i, f := range s.faults {
		ofUpdate := f.Kind == FaultDuplicate || f.Kind == FaultReorder
		if ofUpdate != (kinds != nil) || !f.fits(method, chatID) {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		taken := *f
		return &taken
	}
	return nil
}

func (f *Fault) fits(method string, chatID int64) bool {
	if f.Method == "" && strings.EqualFold(method, "getUpdates") {
		return false
	}
	return (f.Method == "" || strings.EqualFold(f.Method, method)) && (f.ChatID == 0 || f.ChatID == chatID)
}

// refuses tells whether the call is not executed.
func (f *Fault) refuses() bool {
	return f != nil && f.Kind != FaultHangAfter && f.Kind != FaultDropAfter
}

// Status returns the HTTP status that the client sees, 0 for none.
func (f *Fault) Status() int {
	switch {
	case f.Kind == FaultRateLimited:
		return http.StatusTooManyRequests
	case f.Kind == FaultServerError && f.Code != 0:
		return f.Code
	case f.Kind == FaultServerError:
		return http.StatusBadGateway
	}
	return 0
}

func (f *Fault) respond(s *Server, w http.ResponseWriter, r *http.Request) {
	switch f.Kind {
	case FaultRateLimited:
		reply(w, nil, tooMany(max(f.RetryAfter, 1)))
	case FaultServerError:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status())
		_, _ = fmt.Fprintf(w, "<html><head><title>%d</title></head><body><center><h1>%d %s</h1></center></body></html>",
			f.Status(), f.Status(), http.StatusText(f.Status()))
	case FaultHangBefore, FaultHangAfter:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler)
	}
}

func tooMany(seconds int) *apiError {
	return &apiError{
		Code: http.StatusTooManyRequests, RetryAfter: seconds,
		Description: fmt.Sprintf("Too Many Requests: retry after %d", seconds),
	}
}

// limiter remembers when messages went out in the windows that count.
type limiter struct {
	Limits
	all   []time.Time
	chats map[int64][]time.Time
}

// limit refuses a call that goes beyond the limits. The caller holds mu.
func (s *Server) limit(name, chatID string) error {
	name = strings.ToLower(name)
	if s.limiter.Limits == (Limits{}) || !strings.HasPrefix(name, "send") && !strings.HasPrefix(name, "edit") || name == "sendchataction" {
		return nil
	}
	id, _ := strconv.ParseInt(chatID, 10, 64)
	l, now := &s.limiter, s.now()
	if l.chats == nil {
		l.chats = map[int64][]time.Time{}
	}
	wait := blockedFor(l.all, l.PerSecond, time.Second, now)
	wait = max(wait, blockedFor(l.chats[id], l.PerChatSecond, time.Second, now))
	if id < 0 {
		wait = max(wait, blockedFor(l.chats[id], l.PerGroupMinute, time.Minute, now))
	}
	if wait > 0 {
		return tooMany(int((wait + time.Second - 1) / time.Second))
	}
	l.all = append(since(l.all, now.Add(-time.Second)), now)
	l.chats[id] = append(since(l.chats[id], now.Add(-time.Minute)), now)
	return nil
}

// blockedFor returns how long until fewer than n of the times lie within the window.
func blockedFor(times []time.Time, n int, window time.Duration, now time.Time) time.Duration {
	if n == 0 || len(times) < n {
		return 0
	}
	return max(0, times[len(times)-n].Add(window).Sub(now))
}

func since(times []time.Time, from time.Time) []time.Time {
	return slices.DeleteFunc(times, func(t time.Time) bool { return !t.After(from) })
}
