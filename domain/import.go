package domain

import (
	"context"
	"crypto/rand"
	"time"
)

// ImportRow is one person of a list, as far as it could be read.
type ImportRow struct {
	Line  int // in the file, from 1; 0 where there is none
	Name  string
	Email string
	Role  Role
	Lang  Lang  // "" where the list does not say: the person's own, once they are seen
	Bad   error // why the row could not even be read; for people
}

// ImportResult is what became, or would become, of a row.
type ImportResult struct {
	Line   int    `json:"linha,omitempty"`
	Name   string `json:"nome"`
	Email  string `json:"email"`
	Role   Role   `json:"tipo"`
	Lang   Lang   `json:"idioma,omitempty"`
	UserID int64  `json:"id,omitempty"`
	Err    *Error `json:"erro,omitempty"`
}

// ImportReport is what became of a list; Results are in the order of its rows.
type ImportReport struct {
	Created int            `json:"criados"`
	Failed  int            `json:"erros"`
	Results []ImportResult `json:"resultados"`
}

// ImportState is how far an import has come.
type ImportState string

const (
	ImportDraft   ImportState = "rascunho"
	ImportRunning ImportState = "andamento"
	ImportDone    ImportState = "concluida"
	ImportFailed  ImportState = "falhou" // nothing or only a part of it was done
)

// ImportJob is a list that waits to be applied, or is, or was.
type ImportJob struct {
	ID        string
	UserID    int64 // who imports
	FileName  string
	Content   []byte // of a draft
	State     ImportState
	Total     int
	Done      int
	Report    ImportReport
	CreatedAt time.Time
	UpdatedAt time.Time
}

// importStall is how long a running import may be silent before it counts as broken off.
const importStall = time.Minute

// ImportStore keeps imports, and writes many accounts at once.
type ImportStore interface {
	// TakenEmails returns those of the addresses that accounts have, in small letters.
	TakenEmails(ctx context.Context, emails []string) (map[string]bool, error)
	// CreateUsers writes new accounts without a password and returns their ids, 0 for each
	// whose address is taken.
	CreateUsers(ctx context.Context, users []User) ([]int64, error)
	CreateImport(ctx context.Context, j ImportJob) error
	// Import returns an import with its content, or [ErrImportNotFound].
	Import(ctx context.Context, id string) (ImportJob, error)
	// StartImport makes a draft a running import; false if it is none any more.
	StartImport(ctx context.Context, id string, total int) (bool, error)
	// SaveImport writes how far an import has come, and drops its content.
	SaveImport(ctx context.Context, j ImportJob) error
}

// ErrImportNotFound is the answer to an unknown or forgotten import.
var ErrImportNotFound = &Error{Code: CodeNotFound, Key: "import_not_found"}

// ErrImportStarted is the answer to applying an import twice.
var ErrImportStarted = &Error{Code: CodeConflict, Key: "import_started"}

// importBatch is how many accounts are made in one transaction.
const importBatch = 500

// CheckImport says what an import of these rows would do; IT only.
func (d *Desk) CheckImport(ctx context.Context, a Actor, rows []ImportRow) (ImportReport, error) {
	if err := a.requireIT(); err != nil {
		return ImportReport{}, err
	}
	report := judge(rows)
	taken, err := d.store.TakenEmails(ctx, report.addresses())
	if err != nil {
		return ImportReport{}, err
	}
	for i := range report.Results {
		r := &report.Results[i]
		if r.Err == nil && taken[r.Email] {
			r.Err = ErrEmailTaken
		}
	}
	report.count()
	return report, nil
}

// ImportUsers makes an account of each good row, without a password, and mails its person
// the links to set one and to use Telegram; IT only. A bad row spoils no other. progress
// is called after each batch with the number of rows that are done.
func (d *Desk) ImportUsers(ctx context.Context, a Actor, rows []ImportRow, progress func(done int)) (ImportReport, error) {
	if err := a.requireIT(); err != nil {
		return ImportReport{}, err
	}
	report := judge(rows)
	for from := 0; from < len(report.Results); from += importBatch {
		to := min(from+importBatch, len(report.Results))
		if err := d.importBatch(ctx, report.Results[from:to]); err != nil {
			report.Results = report.Results[:from]
			report.count()
			return report, err
		}
		progress(to)
	}
	report.count()
	return report, nil
}

// importBatch makes the accounts of the good rows in one transaction.
func (d *Desk) importBatch(ctx context.Context, results []ImportResult) error {
	var good []*ImportResult
	var users []User
	now := d.Now()
	for i := range results {
		if r := &results[i]; r.Err == nil {
			good = append(good, r)
			users = append(users, User{Name: r.Name, Email: r.Email, Role: r.Role, Lang: r.Lang, Active: true, CreatedAt: now, UpdatedAt: now})
		}
	}
	if len(users) == 0 {
		return nil
	}
	return d.atomically(ctx, func(d *Desk) error {
		ids, err := d.store.CreateUsers(ctx, users)
		if err != nil {
			return err
		}
		var mails []Mail
		var invites []Invite
		for i, id := range ids {
			if id == 0 {
				good[i].Err = ErrEmailTaken
				continue
			}
			good[i].UserID, users[i].ID = id, id
			m, links, err := d.welcomeMail(users[i])
			if err != nil {
				return err
			}
			mails, invites = append(mails, m), append(invites, links...)
		}
		if len(mails) == 0 {
			return nil
		}
		if err := d.store.CreateInvites(ctx, invites); err != nil {
			return err
		}
		return d.store.EnqueueMail(ctx, mails...)
	})
}

// judge finds what is wrong with rows by themselves and among each other.
func judge(rows []ImportRow) ImportReport {
	report := ImportReport{Results: make([]ImportResult, len(rows))}
	first := map[string]int{}
	for i, row := range rows {
		n := NewUser{Name: row.Name, Email: row.Email, Role: row.Role, Lang: row.Lang}
		n.Normalize()
		r := ImportResult{Line: row.Line, Name: n.Name, Email: n.Email, Role: n.Role, Lang: n.Lang}
		err := row.Bad
		if err == nil {
			err = n.Validate()
		}
		if line, again := first[n.Email]; err == nil && again {
			err = &Error{Code: CodeConflict, Key: "email_repeated", Args: map[string]any{"Line": line}}
		}
		if e, ok := err.(*Error); ok {
			r.Err = e
		} else {
			first[n.Email] = row.Line
		}
		report.Results[i] = r
	}
	return report
}

func (r *ImportReport) addresses() []string {
	var out []string
	for _, v := range r.Results {
		if v.Err == nil {
			out = append(out, v.Email)
		}
	}
	return out
}

func (r *ImportReport) count() {
	r.Created, r.Failed = 0, 0
	for _, v := range r.Results {
		if v.Err == nil {
			r.Created++
		} else {
			r.Failed++
		}
	}
}

// DraftImport keeps a file until it is applied; IT only.
func (d *Desk) DraftImport(ctx context.Context, a Actor, fileName string, content []byte, total int) (ImportJob, error) {
	if err := a.requireIT(); err != nil {
		return ImportJob{}, err
	}
	now := d.Now()
	j := ImportJob{
		ID: rand.Text(), UserID: a.ID, FileName: CleanFileName(fileName), Content: content, State: ImportDraft, Total: total,
		CreatedAt: now, UpdatedAt: now,
	}
	return j, d.store.CreateImport(ctx, j)
}

// Import returns an import; IT only. One that has been silent for too long has failed.
func (d *Desk) Import(ctx context.Context, a Actor, id string) (ImportJob, error) {
	if err := a.requireIT(); err != nil {
		return ImportJob{}, err
	}
	j, err := d.store.Import(ctx, id)
	if err == nil && j.State == ImportRunning && d.Now().Sub(j.UpdatedAt) > importStall {
		j.State = ImportFailed
	}
	return j, err
}

// StartImport takes a draft for applying it; [ErrImportStarted] if somebody else did.
func (d *Desk) StartImport(ctx context.Context, a Actor, id string, total int) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	ok, err := d.store.StartImport(ctx, id, total)
	if err == nil && !ok {
		return ErrImportStarted
	}
	return err
}

// RunImport imports rows as a started job: how far it has come can be read meanwhile, and
// tell is called with it.
func (d *Desk) RunImport(ctx context.Context, a Actor, id string, rows []ImportRow, tell func(ImportJob)) (ImportJob, error) {
	j := ImportJob{ID: id, UserID: a.ID, State: ImportRunning, Total: len(rows)}
	tell(j)
	report, err := d.ImportUsers(ctx, a, rows, func(done int) {
		j.Done = done
		tell(j)
		if done < len(rows) {
			_ = d.store.SaveImport(ctx, j) // only how far it is; the end is written below
		}
	})
	j.State, j.Report = ImportDone, report
	if err != nil {
		j.State = ImportFailed
	}
	if saved := d.store.SaveImport(ctx, j); err == nil {
		err = saved
	}
	tell(j)
	return j, err
}
