package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"chamados/bot/emulator"
)

// noRoom gives the contents of attachments a disk that is soon full, and later a larger one. What was
// answered with 2xx is there, byte for byte; what was refused left nothing; what came by chat meanwhile is
// fetched when there is room.
var noRoom = scenario{
	name: "disk full", env: []string{"ATTACHMENTS_STORE=directory"}, settle: 5 * time.Minute,
	prepare: func(_ *stage, p *program) error {
		return mountDisk(filepath.Join(p.dir, "data", "attachments"), "size=3m", 0)
	},
	disturb: func(ctx context.Context, st *stage) error {
		if err := st.uploads(ctx, 12); err != nil { // 300 KB each
			return err
		}
		if st.refused == 0 {
			return errors.New("the disk did not get full")
		}
		for i := range 6 {
			if err := st.photographs(i); err != nil {
				return err
			}
		}
		pause(ctx, 3*time.Second)
		if err := mountDisk(st.disk(), "size=64m", syscall.MS_REMOUNT); err != nil {
			return err
		}
		return st.uploads(ctx, 5)
	},
	check: func(ctx context.Context, st *stage, f *figures) error {
		defer func() { _ = syscall.Unmount(st.disk(), syscall.MNT_DETACH) }()
		return st.judgeFiles(ctx, f)
	},
}

func (st *stage) disk() string { return filepath.Join(st.programs[0].dir, "data", "attachments") }

// errNoMount says that the suite may not mount a small disk, which needs root.
var errNoMount = errors.New("a small disk cannot be mounted here")

func mountDisk(dir, size string, flags uintptr) error {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, size); err != nil {
		return fmt.Errorf("%w: %w", errNoMount, err)
	}
	return nil
}

// uploaded is a file whose upload was answered with 2xx.
type uploaded struct {
	ticket int64
	name   string
	sum    [sha256.Size]byte
}

// uploads lets employees attach n files.
func (st *stage) uploads(ctx context.Context, n int) error {
	for range n {
		who := st.rand.IntN(st.people)
		file := uploaded{ticket: st.tickets[who].id, name: fmt.Sprintf("arquivo-%d.bin", len(st.files)+st.refused)}
		content := noise(300_000)
		file.sum = sha256.Sum256(content)
		status, err := st.upload(ctx, employee(who), file, content)
		switch {
		case err != nil:
			return err
		case status == http.StatusOK:
			st.files = append(st.files, file)
		case status == http.StatusInsufficientStorage:
			st.refused++
		default:
			return fmt.Errorf("an upload was answered with %d", status)
		}
	}
	return nil
}

func noise(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rand.Uint32())
	}
	return out
}

func (st *stage) upload(ctx context.Context, by person, file uploaded, content []byte) (int, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("arquivo", file.name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("http://%s/api/chamados/%d/anexos", st.programs[0].addr, file.ticket), &body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+st.tokens[by.id])
	resp, err := fresh.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// photographs lets an employee answer their card with a document.
func (st *stage) photographs(who int) error {
	chat := employee(who).telegram()
	st.documents[chat]++
	_, err := st.telegram.Post(chat, chat, emulator.Draft{
		ReplyTo: st.tickets[who].card, Document: &emulator.File{Name: fmt.Sprintf("chat-%d.bin", who), Data: noise(250_000)},
	})
	return err
}

// judgeFiles downloads what was answered with 2xx, waits for what came by chat, and counts what there is.
func (st *stage) judgeFiles(ctx context.Context, f *figures) error {
	conn, err := st.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var kept, waiting int
	for deadline := time.Now().Add(10 * time.Minute); ; {
		err := conn.QueryRow(ctx, `SELECT count(*) FILTER (WHERE estado = 'guardado'), count(*) FILTER (WHERE estado = 'pendente') FROM anexos`).Scan(&kept, &waiting)
		if err != nil {
			return err
		}
		if waiting == 0 || time.Now().After(deadline) || !pause(ctx, time.Second) {
			break
		}
	}
	if want := len(st.files) + total(st.documents); kept != want {
		f.fault("%d files are kept, want %d by HTTP and %d by chat; %d wait", kept, len(st.files), st.documents, waiting)
	}
	for _, file := range st.files {
		if err := st.judgeFile(ctx, file); err != nil {
			f.fault("%s of ticket %d: %v", file.name, file.ticket, err)
		}
	}
	f.note("%d uploads kept, %d refused for want of room and gone without a trace, %d documents by chat kept", len(st.files), st.refused, total(st.documents))
	return nil
}

func total(counts map[int64]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

func (st *stage) judgeFile(ctx context.Context, file uploaded) error {
	_, body, err := st.once(ctx, request{by: technicianOf(0), method: "GET", path: fmt.Sprintf("/api/chamados/%d/anexos", file.ticket)}, nil)
	if err != nil {
		return err
	}
	var list []struct {
		ID   int64  `json:"id"`
		Name string `json:"nome_arquivo"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return fmt.Errorf("%w: %.200s", err, body)
	}
	for _, a := range list {
		if a.Name != file.name {
			continue
		}
		_, content, err := st.once(ctx, request{by: technicianOf(0), method: "GET", path: fmt.Sprintf("/api/anexos/%d", a.ID)}, nil)
		if err == nil && sha256.Sum256(content) != file.sum {
			err = fmt.Errorf("%d bytes that are not those that were sent", len(content))
		}
		return err
	}
	return errors.New("it is not there")
}
