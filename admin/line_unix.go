//go:build unix

package admin

import "syscall"

// tryWrite returns how many bytes of p a socket took at once.
func tryWrite(fd int, p []byte) int {
	for {
		n, err := syscall.Write(fd, p)
		if err != syscall.EINTR {
			return n
		}
	}
}
