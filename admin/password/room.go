package password

import (
	"os"
	"runtime"
	"sync"
)

// room lets Go run as many hashes as there are slots beside everything else: a hash holds on to one of
// the scheduler's places, and gives it up for others only every 10 ms. More places all the time would
// cost every request a little.
var room struct {
	sync.Mutex
	hashes int
	usual  int
}

// enter makes room for a hash.
func enter(slots int) {
	room.Lock()
	defer room.Unlock()
	if room.hashes == 0 {
		room.usual = runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(room.usual + slots)
	}
	room.hashes++
}

// leave takes the room back after the last hash.
func leave() {
	room.Lock()
	defer room.Unlock()
	if room.hashes--; room.hashes > 0 {
		return
	}
	runtime.GOMAXPROCS(room.usual)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.SetDefaultGOMAXPROCS() // and follow the container's limit again
	}
}
