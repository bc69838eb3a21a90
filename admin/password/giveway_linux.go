package password

import "syscall"

// niceness lets a hash have what the machine has to spare, but never less than a tenth of a busy core.
const niceness = 10

// giveWay lowers the priority of the calling thread, which is all that 0 means to Linux here.
func giveWay() { _ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness) }
