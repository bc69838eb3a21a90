// Package backup writes all that a desk has into one file, and puts it back into an empty database. The
// file is a tar of
//
//	manifesto.json   what the backup is of, and each table's number of rows and checksum
//	banco.dump       pg_dump's custom format, of one moment
//	anexos/NAME      contents of attachments that are kept in a directory
//	somas.json       SHA-256 of the dump and of each content
//
// The key that seals secrets is not in it.
package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/url"
	"os/exec"
	"strings"
	"time"
)

// format is the version of the file's layout.
const format = 1

const (
	manifestName = "manifesto.json"
	dumpName     = "banco.dump"
	contentsName = "anexos/"
	sumsName     = "somas.json"
)

// Reasons for which a backup cannot be put back. Nothing has been changed then, but for ErrDiffers.
var (
	// ErrNoDesk says that there is nothing of ours to back up.
	ErrNoDesk = errors.New("the database holds no desk")
	// ErrNotEmpty says that the database has tables already.
	ErrNotEmpty = errors.New("the database is not empty")
	// ErrNewer says that a newer version of the program made the backup.
	ErrNewer = errors.New("the backup was made by a newer version of the program")
	// ErrOldServer says that the backup comes from a newer PostgreSQL than the server is.
	ErrOldServer = errors.New("the backup comes from a newer version of PostgreSQL")
	// ErrDamaged says that the file is no backup, or not a whole one.
	ErrDamaged = errors.New("the file is no backup, or is damaged")
	// ErrDiffers says that what was put back is not what the backup was made of.
	ErrDiffers = errors.New("what was put back is not what was saved")
)

// Options say what is saved, or where it is put back.
type Options struct {
	URL      string // of the database
	Contents string // the directory of attachments' contents; it need not exist
	Version  string // of the program
	Scratch  string // a directory for the dump while it is being written; "" for the system's
}

// Manifest says what a backup holds.
type Manifest struct {
	Format   int       `json:"formato"`
	Program  string    `json:"programa"`
	At       time.Time `json:"feito_em"`
	Postgres int       `json:"postgres"`  // the server's major version
	Schema   []int64   `json:"migracoes"` // that the database has
	Tables   []Table   `json:"tabelas"`
	Contents int       `json:"anexos"` // contents that are in the file
	Missing  []string  `json:"faltam"` // contents that a row names and that are not in the directory
}

// Table is what is compared after a table was put back.
type Table struct {
	Name string `json:"nome"`
	Rows int64  `json:"linhas"`
	Sum  string `json:"soma"` // of all rows, whatever their order
}

// Rows returns how many rows all tables have.
func (m Manifest) Rows() int64 {
	var n int64
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// sums are the checksums of the parts of a file.
type sums map[string]string

// summing passes bytes on and sums them up.
type summing struct {
	hash.Hash
	from io.Reader
}

func sumOf(r io.Reader) *summing { return &summing{Hash: sha256.New(), from: r} }

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	_, _ = s.Hash.Write(p[:n])
	return n, err
}

func (s *summing) String() string { return hex.EncodeToString(s.Sum(nil)) }

// connection returns what tells a program of PostgreSQL where the database is: an argument without the
// password, which others could read in the list of processes, and the environment that has it.
func connection(address string) (argument string, env []string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, errors.New("the database's address cannot be read")
	}
	if password, ok := u.User.Password(); ok {
		u.User, env = url.User(u.User.Username()), []string{"PGPASSWORD=" + password}
	}
	return "--dbname=" + u.String(), env, nil
}

// failure joins what a program said to how it ended.
func failure(cmd *exec.Cmd, said string, err error) error {
	return errors.New(cmd.Args[0] + ": " + strings.TrimSpace(err.Error()+": "+said))
}
