package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// account is who runs PostgreSQL: ourselves, or somebody unprivileged when we are root, because
// PostgreSQL refuses to run as root.
type account struct {
	uid, gid int
	switched bool
}

func currentAccount() account { return account{uid: os.Geteuid(), gid: os.Getegid()} }

// serverAccount returns the account for a new cluster.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return currentAccount(), nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		entry, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(entry.Uid)
		gid, gidErr := strconv.Atoi(entry.Gid)
		if uidErr == nil && gidErr == nil && uid > 0 {
			return account{uid: uid, gid: gid, switched: true}, nil
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is neither an account postgres nor nobody: run as another user")
}

// ownerAccount returns the account for an existing cluster: for root its owner, so that a cluster made
// by an ordinary user goes on working when root starts the application.
func ownerAccount(cluster string) (account, error) {
	if os.Geteuid() != 0 {
		return currentAccount(), nil
	}
	info, err := os.Stat(cluster)
	if err != nil {
		return account{}, fmt.Errorf("owner of the cluster: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return serverAccount()
	}
	return account{uid: int(stat.Uid), gid: int(stat.Gid), switched: true}, nil
}

// command prepares a program of PostgreSQL to run under the account, away from the terminal's signals.
func (a account) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = "/"
	cmd.Env = serverEnvironment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.switched {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd
}

// canEnter asks the kernel, by changing into dir as the account.
func (a account) canEnter(dir string, p programs) bool {
	cmd := a.command(p.path("postgres"), "--version")
	cmd.Dir = dir
	return cmd.Run() == nil
}

// own makes dir, with mode 0700, and gives it to the account.
func (a account) own(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if !a.switched {
		return nil
	}
	return os.Lchown(dir, a.uid, a.gid)
}

// ownTree gives a tree that is root's to the account: what root copied must become the server's again.
// The root of the tree comes last, so that an interrupted run is repeated.
func (a account) ownTree(root string) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || !a.switched || stat.Uid != 0 {
		return nil
	}
	err = filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		return os.Lchown(path, a.uid, a.gid)
	})
	if err != nil {
		return err
	}
	return os.Lchown(root, a.uid, a.gid)
}

// serverEnvironment is ours without what would steer PostgreSQL behind our back.
func serverEnvironment() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "PG") || strings.HasPrefix(entry, "LC_") || strings.HasPrefix(entry, "LANG")
	})
	return append(env, "LC_ALL=C", "TZ=UTC")
}
