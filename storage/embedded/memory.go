package embedded

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// sharedBuffers is what PostgreSQL keeps of its files in memory of its own: an eighth of the machine's or
// the container's. PostgreSQL's default of 128 MB is too little for a large desk: a search in a million
// tickets reads thousands of pages all over the tables, and takes a third longer.
func sharedBuffers(memory uint64) string {
	const least, most = 128 << 20, 1 << 30
	return fmt.Sprintf("%dMB", min(max(memory/8, least), most)>>20)
}

// memory returns how many bytes there are for this process and its children, 0 if nobody says.
func memory() uint64 {
	var total uint64
	raw, _ := os.ReadFile("/proc/meminfo")
	if _, rest, ok := strings.Cut(string(raw), "MemTotal:"); ok {
		if fields := strings.Fields(rest); len(fields) > 0 {
			kb, _ := strconv.ParseUint(fields[0], 10, 64)
			total = kb << 10
		}
	}
	raw, _ = os.ReadFile("/sys/fs/cgroup/memory.max")
	if limit, err := strconv.ParseUint(strings.TrimSpace(string(raw)), 10, 64); err == nil && limit < total {
		return limit
	}
	return total
}
