package admin

import (
	"context"
	"testing"
)

// Somebody who opens many uploads and sends nothing takes one turn, not everybody's.
func TestOnePersonTakesOneUploadSlot(t *testing.T) {
	const slow, other = 1, 2
	s := newUploadSlots()
	release, err := s.take(t.Context(), slow)
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	for range 2 * uploadsAtOnce {
		go func() {
			_, err := s.take(impatient, slow)
			waiting <- err
		}()
	}
	end, err := s.take(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	end()
	cancel()
	for range 2 * uploadsAtOnce {
		if err := <-waiting; err == nil {
			t.Error("a second upload of the same person had its turn")
		}
	}
	release()
	if release, err = s.take(t.Context(), slow); err != nil {
		t.Fatal(err)
	}
	release()
	if len(s.own.people) != 0 || len(s.all) != 0 {
		t.Errorf("%d people and %d turns are still held", len(s.own.people), len(s.all))
	}
}
