//go:build linux && (amd64 || arm64)

package admin

import (
	"syscall"
	"unsafe"
)

// tryWrite returns how many bytes of p a socket took at once. The call never waits, so that the scheduler need not know of
// it, and send is shorter in the kernel than write.
func tryWrite(fd int, p []byte) int {
	for {
		n, _, err := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		switch err {
		case 0:
			return int(n)
		case syscall.EINTR:
		default:
			return 0
		}
	}
}
