package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"sync"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Downloader opens files that are with Telegram.
type Downloader interface {
	// File opens a file; the caller closes it. [chat.ErrRefused] means that it will never
	// be had.
	File(ctx context.Context, fileID string) (io.ReadCloser, error)
}

// FilesOptions configure Files. Store, Source and Letterbox are required.
type FilesOptions struct {
	Store       domain.FileStore
	Source      Downloader
	Letterbox   Letterbox
	Parallel    int           // downloads at once, each holding up to 20 MiB; default 3
	Sweep       time.Duration // pause between looks for files; default 5 s
	Timeout     time.Duration // of one download; default 2 min
	DefaultLang domain.Lang   // of people whose language is not known; default pt-BR
	Now         func() time.Time
	Log         *slog.Logger
}

// Files brings the contents of attachments from Telegram into the store, in the
// background. Several processes may each run one: a file that two fetch is stored once.
type Files struct {
	o    FilesOptions
	wake chan struct{}
}

// NewFiles returns a fetcher that does nothing until Run.
func NewFiles(o FilesOptions) *Files {
	if o.Parallel <= 0 {
		o.Parallel = 3
	}
	if o.Sweep <= 0 {
		o.Sweep = 5 * time.Second
	}
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Minute
	}
	if o.DefaultLang == "" {
		o.DefaultLang = domain.LangPortuguese
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Files{o: o, wake: make(chan struct{}, 1)}
}

// Wake says that there are new attachments. It never blocks.
func (f *Files) Wake() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Run fetches until ctx ends. It returns nil. A download that is cut off is made again
// later.
func (f *Files) Run(ctx context.Context) error {
	tick := time.NewTicker(f.o.Sweep)
	defer tick.Stop()
	for {
		for f.batch(ctx) {
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-f.wake:
		}
	}
}

// batch fetches what is due and reports whether to look again at once.
func (f *Files) batch(ctx context.Context) bool {
	jobs, err := f.o.Store.DueFiles(ctx, 4*f.o.Parallel)
	if err != nil && ctx.Err() == nil {
		f.o.Log.Warn("bot: cannot look for files to fetch", "error", err)
	}
	if err != nil || len(jobs) == 0 {
		return false
	}
	queue := make(chan domain.FileJob)
	var wg sync.WaitGroup
	var failed sync.Once
	more := true
	for range min(f.o.Parallel, len(jobs)) {
		wg.Go(func() {
			for job := range queue {
				if err := f.fetch(ctx, job); err != nil {
					failed.Do(func() { more = false })
				}
			}
		})
	}
	for _, job := range jobs {
		queue <- job
	}
	close(queue)
	wg.Wait()
	return more && ctx.Err() == nil
}

// fetch stores the content of one attachment or counts the failure. The error says that
// neither could be written down.
func (f *Files) fetch(ctx context.Context, job domain.FileJob) error {
	timed, cancel := context.WithTimeout(ctx, f.o.Timeout)
	defer cancel()
	content, err := f.download(timed, job)
	if err == nil {
		if err = f.o.Store.StoreFile(timed, job.AttachmentID, sniff(content), content); err == nil {
			return nil
		}
	}
	full := errors.Is(err, domain.ErrStorageFull)
	if ctx.Err() != nil || domain.CodeOf(err) == domain.CodeUnavailable && !full {
		return err
	}
	retry := f.retry(job, err)
	f.o.Log.Warn("bot: file not fetched", "attachment", job.AttachmentID, "again", !retry.IsZero(), "error", err)
	if err := f.tell(ctx, job, full, retry.IsZero()); err != nil {
		return err
	}
	return f.o.Store.FailFile(ctx, job.AttachmentID, causeText(err), retry)
}

// tell lets whoever sent a file know that it waits for room, or that it will not be had.
func (f *Files) tell(ctx context.Context, job domain.FileJob, full, lost bool) error {
	key := "transport.file_waits"
	if lost {
		key = "transport.file_lost"
	}
	if job.ChatID == 0 || !full && !lost {
		return nil
	}
	lang := job.Lang
	if lang == "" {
		lang = f.o.DefaultLang
	}
	text := i18n.Text(lang, key, i18n.Args{"Name": html.EscapeString(job.Name), "Number": job.TicketID})
	payload, err := json.Marshal(chat.Outgoing{Text: text})
	if err != nil {
		return err
	}
	return f.o.Letterbox.Enqueue(ctx, domain.Outgoing{
		ChatID: job.ChatID, TicketID: job.TicketID, Payload: payload, Key: fmt.Sprintf("%s:%d", key, job.AttachmentID),
	})
}

var (
	errFileTooLarge = fmt.Errorf("%w: file is larger than %d bytes", chat.ErrRefused, domain.MaxAttachment)
	errFileEmpty    = fmt.Errorf("%w: file is empty", chat.ErrRefused)
)

func (f *Files) download(ctx context.Context, job domain.FileJob) ([]byte, error) {
	body, err := f.o.Source.File(ctx, job.FileID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	content, err := io.ReadAll(io.LimitReader(body, domain.MaxAttachment+1))
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	switch {
	case len(content) > domain.MaxAttachment:
		return nil, errFileTooLarge
	case len(content) == 0:
		return nil, errFileEmpty
	}
	return content, nil
}

// fileAttempts bounds how often fetching is tried. The wait doubles from 5 s to 6 h: more
// than a day in all.
const fileAttempts = 16

// retry returns when to try again, zero for never.
func (f *Files) retry(job domain.FileJob, err error) time.Time {
	if errors.Is(err, chat.ErrRefused) || job.Attempts+1 >= fileAttempts {
		return time.Time{}
	}
	if wait, ok := errors.AsType[chat.RetryAfter](err); ok {
		return f.o.Now().Add(wait.Wait)
	}
	return f.o.Now().Add(min(5*time.Second<<job.Attempts, 6*time.Hour))
}
