package embedded

import "testing"

func TestSharedBuffers(t *testing.T) {
	for memory, want := range map[uint64]string{0: "128MB", 512 << 20: "128MB", 2 << 30: "256MB", 4 << 30: "512MB", 64 << 30: "1024MB"} {
		if got := sharedBuffers(memory); got != want {
			t.Errorf("%d MiB: %s, want %s", memory>>20, got, want)
		}
	}
}
