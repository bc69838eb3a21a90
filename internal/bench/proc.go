package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// What Linux says about processes. Elsewhere the figures are zero and nothing else suffers.

// tick is the kernel's unit of CPU time; it has been 1/100 s on every Linux for decades.
const tick = 10 * time.Millisecond

// stat returns the fields of /proc/<pid>/stat after the name.
func stat(pid int) ([]string, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:])), nil
}

func parentOf(pid int) (int, error) {
	f, err := stat(pid)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(f[1])
}

// cpuOf returns the CPU time of a process with that of its children that have ended.
func cpuOf(pid int) time.Duration {
	f, err := stat(pid)
	if err != nil {
		return 0
	}
	var sum time.Duration
	for _, field := range f[11:15] {
		n, _ := strconv.ParseInt(field, 10, 64)
		sum += time.Duration(n) * tick
	}
	return sum
}

// cpuOfTree is cpuOf for a process and its living children.
func cpuOfTree(pid int) time.Duration {
	for {
		own := cpuOf(pid)
		sum := own
		dirs, _ := filepath.Glob("/proc/[0-9]*")
		for _, dir := range dirs {
			child, _ := strconv.Atoi(filepath.Base(dir))
			if parent, err := parentOf(child); err == nil && parent == pid {
				sum += cpuOf(child)
			}
		}
		if cpuOf(pid) == own { // no child ended meanwhile, whose time would be missing
			return sum
		}
	}
}

// busy returns the CPU time that all processes of the machine have used.
func busy() time.Duration {
	raw, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	var sum time.Duration
	for i, field := range strings.Fields(line)[1:] {
		if i == 3 || i == 4 || i > 7 { // idle, iowait, guests
			continue
		}
		n, _ := strconv.ParseInt(field, 10, 64)
		sum += time.Duration(n) * tick
	}
	return sum
}

// resident returns the memory of a process in bytes.
func resident(pid int) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseInt(fields[0], 10, 64)
	return kb << 10
}

// machine describes where the figures come from.
func machine() string {
	raw, _ := os.ReadFile("/proc/cpuinfo")
	model := "unknown processor"
	if _, rest, ok := strings.Cut(string(raw), "model name"); ok {
		line, _, _ := strings.Cut(rest, "\n")
		model = strings.TrimSpace(strings.TrimLeft(line, " \t:"))
	}
	return model
}
