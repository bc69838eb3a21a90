package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

const importedUsers = 10_000

// importing measures 10,000 accounts in one request.
func (b *bench) importing(ctx context.Context) error {
	type user struct {
		Name  string `json:"nome"`
		Email string `json:"email"`
		Role  string `json:"tipo"`
	}
	users := make([]user, importedUsers)
	for i := range users {
		users[i] = user{fmt.Sprintf("Importada %d", i), fmt.Sprintf("importada%d@exemplo.com.br", i), "funcionario"}
	}
	body, err := json.Marshal(map[string]any{"usuarios": users})
	if err != nil {
		return err
	}
	return b.with(ctx, func(p *program) error {
		begin := time.Now()
		a, err := once(p.addr, request{"POST", "/api/usuarios/import", b.actors.it[0], string(body)})
		if err != nil {
			return err
		}
		took := time.Since(begin).Seconds()
		var out struct {
			Created int `json:"criados"`
		}
		if err := json.Unmarshal(a.body, &out); err != nil {
			return err
		}
		if out.Created != importedUsers {
			return fmt.Errorf("%d of %d were made", out.Created, importedUsers)
		}
		b.add(row{Name: "import of 10,000 users", Ours: took, Unit: "s", Value: took, Bar: 5, AtMost: true})
		return nil
	})
}

// footprint measures what the program costs when nobody uses it.
func (b *bench) footprint(ctx context.Context) error {
	if err := b.cluster.copyDatabase(ctx, baseDatabase, workDatabase); err != nil {
		return err
	}
	var starts, idle []float64
	for range max(3, b.rounds) {
		p, err := b.start(ctx, workDatabase, b.telegram.url)
		if err != nil {
			return err
		}
		starts = append(starts, p.started.Seconds())
		time.Sleep(2 * time.Second)
		idle = append(idle, float64(resident(p.pid()))/(1<<20))
		if err := p.stop(); err != nil {
			return err
		}
	}
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	size := float64(info.Size()) / 1e6
	b.add(row{Name: "start → first /health", Ours: median(starts), Unit: "s", Value: median(starts), Bar: 0.4, AtMost: true, Note: "migrated database"})
	b.add(row{Name: "idle memory", Ours: median(idle), Unit: "MiB", Value: median(idle), Bar: 40, AtMost: true})
	b.add(row{Name: "binary", Ours: size, Unit: "MB", Value: size, Bar: 45, AtMost: true})
	return nil
}
