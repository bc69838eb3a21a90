package password

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func hasher(t *testing.T, cost int) *Hasher {
	t.Helper()
	h, err := New(cost)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashMatchesOnlyItsPassword(t *testing.T) {
	h := hasher(t, bcrypt.MinCost)
	hash, err := h.Hash("senha secreta ção")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$2b$04$") {
		t.Errorf("hash begins with %.7s", hash)
	}
	for _, variant := range []string{"$2a$", "$2b$", "$2y$"} {
		hash := variant + hash[4:]
		if !h.Matches(hash, "senha secreta ção") {
			t.Errorf("%s: the right password does not match", variant)
		}
		if h.Matches(hash, "senha secreta cao") {
			t.Errorf("%s: a wrong password matches", variant)
		}
	}
}

// A hash that Python's bcrypt made, as the predecessor did.
func TestMatchesPredecessorsHash(t *testing.T) {
	h := hasher(t, bcrypt.MinCost)
	const hash = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"
	if !h.Matches(hash, "secret") || h.Matches(hash, "Secret") {
		t.Error("the predecessor's hash is not read")
	}
}

// Python's bcrypt cut passwords at 72 bytes; whoever has a longer one still gets in.
func TestMatchesPredecessorsLongPassword(t *testing.T) {
	h := hasher(t, bcrypt.MinCost)
	hash, err := h.Hash(strings.Repeat("x", 72))
	if err != nil {
		t.Fatal(err)
	}
	if !h.Matches(hash, strings.Repeat("x", 80)) {
		t.Error("a long password no longer matches")
	}
	if _, err := h.Hash(strings.Repeat("x", 73)); !errors.Is(err, bcrypt.ErrPasswordTooLong) {
		t.Errorf("73 bytes hashed: %v", err)
	}
}

func TestEmptyHashNeverMatchesAndTakesAsLong(t *testing.T) {
	h := hasher(t, bcrypt.MinCost+1)
	for _, hash := range []string{"", "plain", "$2b$12$"} {
		if h.Matches(hash, "nobody has this password") {
			t.Errorf("%q matches", hash)
		}
		target, _ := h.target(hash)
		if cost, err := bcrypt.Cost(target); err != nil || cost != h.cost {
			t.Errorf("%q costs %d (%v), a real hash %d", hash, cost, err, h.cost)
		}
	}
}

// Hashes run beside the rest, not in its place, and only while there are any.
func TestHashesHaveRoomOfTheirOwn(t *testing.T) {
	h := hasher(t, bcrypt.MinCost)
	usual := runtime.GOMAXPROCS(0)
	var group sync.WaitGroup
	for range 3 * cap(h.slots) {
		group.Go(func() {
			h.work(func() {
				if n := runtime.GOMAXPROCS(0); n != usual+cap(h.slots) {
					t.Errorf("%d places, usually %d", n, usual)
				}
			})
		})
	}
	group.Wait()
	if n := runtime.GOMAXPROCS(0); n != usual {
		t.Errorf("%d places afterwards, %d before", n, usual)
	}
}
