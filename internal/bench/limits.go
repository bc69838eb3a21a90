package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// limitDatabase holds the predecessor's tables and one of events, with its indexes and nothing of ours:
// neither search nor counters, so that the limit is what the SQL alone can do.
const limitDatabase = "limite"

var limitSchema = []string{
	`CREATE TABLE usuarios (id serial PRIMARY KEY, nome varchar(255), email varchar(255) UNIQUE, senha_hash varchar(255),
		tipo varchar(50), ativo boolean DEFAULT true, criado_em timestamp DEFAULT now(), atualizado_em timestamp DEFAULT now())`,
	`CREATE TABLE chamados (id serial PRIMARY KEY, titulo varchar(500) NOT NULL, descricao text NOT NULL, categoria varchar(50) NOT NULL,
		prioridade varchar(50) NOT NULL DEFAULT 'media', status varchar(50) NOT NULL DEFAULT 'aberto',
		usuario_id integer NOT NULL REFERENCES usuarios, atribuido_para integer REFERENCES usuarios, dados_extras json,
		criado_em timestamp DEFAULT now(), atualizado_em timestamp DEFAULT now(), fechado_em timestamp)`,
	`CREATE TABLE comentarios (id serial PRIMARY KEY, chamado_id integer REFERENCES chamados ON DELETE CASCADE,
		usuario_id integer REFERENCES usuarios, comentario text, criado_em timestamp DEFAULT now())`,
	`CREATE TABLE eventos (id bigserial PRIMARY KEY, chamado_id integer NOT NULL, dados text NOT NULL, criado_em timestamptz NOT NULL DEFAULT now())`,
}

var limitIndexes = []string{
	`CREATE INDEX ON chamados (usuario_id)`, `CREATE INDEX ON chamados (status)`, `CREATE INDEX ON chamados (prioridade)`,
	`CREATE INDEX ON chamados (atribuido_para)`, `CREATE INDEX ON comentarios (chamado_id)`, `CREATE INDEX ON eventos (chamado_id)`,
	`SELECT setval('chamados_id_seq', max(id)) FROM chamados`, `VACUUM ANALYZE`,
}

// makeLimits fills the limit's database with the tickets of a loaded one.
func (c *cluster) makeLimits(ctx context.Context, from string) error {
	if ok, err := c.exists(ctx, limitDatabase); err != nil || ok {
		return err
	}
	if err := c.exec(ctx, "postgres", "DROP DATABASE IF EXISTS loading WITH (FORCE)", "CREATE DATABASE loading"); err != nil {
		return err
	}
	if err := c.exec(ctx, "loading", limitSchema...); err != nil {
		return err
	}
	for _, t := range []struct{ name, columns string }{ // people first: tickets refer to them
		{"usuarios", "id, nome, email, senha_hash, tipo, ativo, criado_em, atualizado_em"},
		{"chamados", "id, titulo, descricao, categoria, prioridade, status, usuario_id, atribuido_para, dados_extras, criado_em, atualizado_em, fechado_em"},
	} {
		if err := c.pipe(ctx, from, t.name, t.columns); err != nil {
			return err
		}
	}
	if err := c.exec(ctx, "loading", limitIndexes...); err != nil {
		return err
	}
	return c.exec(ctx, "postgres", "ALTER DATABASE loading RENAME TO "+limitDatabase, "CHECKPOINT")
}

const eventData = `repeat('x', 200)`

// limitSQL is one statement each, as the paper on speed names them.
var limitSQL = map[string]string{
	"create": `\set u random(1, 5000)
WITH t AS (INSERT INTO chamados (titulo, descricao, categoria, usuario_id) VALUES ('Impressora parada', repeat('descricao ', 20), 'hardware', :u) RETURNING id)
INSERT INTO eventos (chamado_id, dados) SELECT id, ` + eventData + ` FROM t;`,
	"comment": `\set t random(1, :tickets)
\set u random(1, 5000)
WITH c AS (INSERT INTO comentarios (chamado_id, usuario_id, comentario) VALUES (:t, :u, repeat('comentario ', 10)) RETURNING chamado_id)
INSERT INTO eventos (chamado_id, dados) SELECT chamado_id, ` + eventData + ` FROM c;`,
	"status": `\set t random(1, :tickets)
\set s random(0, 2)
WITH t AS (UPDATE chamados SET status = (ARRAY['aberto', 'em_andamento', 'aguardando'])[:s + 1], atualizado_em = now() WHERE id = :t RETURNING id)
INSERT INTO eventos (chamado_id, dados) SELECT id, ` + eventData + ` FROM t;`,
	"get": `\set t random(1, :tickets)
SELECT c.*, u.nome, u.email FROM chamados c JOIN usuarios u ON u.id = c.usuario_id WHERE c.id = :t;`,
	"page": `SELECT c.*, u.nome, u.email FROM chamados c JOIN usuarios u ON u.id = c.usuario_id ORDER BY c.id DESC LIMIT 50;`,
}

var (
	tpsLine   = regexp.MustCompile(`tps = ([0-9.]+)`)
	countLine = regexp.MustCompile(`actually processed: ([0-9]+)`)
)

// limit returns what pgbench reaches with the SQL alone, a second, and the CPU time of one statement.
func (b *bench) limit(ctx context.Context, name string) (perSecond float64, each time.Duration, err error) {
	file := filepath.Join(b.cluster.dir, name+".sql")
	if err := os.WriteFile(file, []byte(limitSQL[name]+"\n"), 0o600); err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, b.cluster.pgbench, "-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", "2",
		"-T", strconv.Itoa(max(1, int(b.length.Seconds()))), "-D", fmt.Sprintf("tickets=%d", b.tickets), "-f", file, b.cluster.url(limitDatabase))
	before := cpuOfTree(b.cluster.postmaster)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("pgbench %s: %w\n%s", name, err, out)
	}
	used := cpuOfTree(b.cluster.postmaster) - before + cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	match, count := tpsLine.FindSubmatch(out), countLine.FindSubmatch(out)
	if match == nil || count == nil {
		return 0, 0, fmt.Errorf("pgbench %s said no tps:\n%s", name, out)
	}
	n, err := strconv.ParseFloat(string(count[1]), 64)
	if err != nil {
		return 0, 0, err
	}
	perSecond, err = strconv.ParseFloat(string(match[1]), 64)
	return perSecond, time.Duration(float64(used) / n), err
}

// bcryptLimit returns how many passwords a second all cores can check.
func (b *bench) bcryptLimit(length time.Duration) float64 {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcryptCost)
	if err != nil {
		panic(err) // a constant
	}
	var n atomic.Int64
	var group sync.WaitGroup
	begin := time.Now()
	for range clients {
		group.Go(func() {
			for time.Since(begin) < length {
				_ = bcrypt.CompareHashAndPassword(hash, []byte(password))
				n.Add(1)
			}
		})
	}
	group.Wait()
	return float64(n.Load()) / time.Since(begin).Seconds()
}
