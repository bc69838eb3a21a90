package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// crashed ends PostgreSQL at once and lets it recover; the program lives on.
var crashed = scenario{
	name: "PostgreSQL crashes", replicas: 2, mails: true,
	disturb: func(ctx context.Context, st *stage) error {
		for range 6 {
			pause(ctx, st.between(time.Second, 4*time.Second))
			if err := st.cluster.crash(ctx, st.between(0, 5*time.Second)); err != nil {
				return err
			}
		}
		pause(ctx, 3*time.Second)
		return nil
	},
}

// late starts the program while the database is away: it waits, and says so.
var late = scenario{
	name: "database comes late", restarts: true,
	disturb: func(ctx context.Context, st *stage) error {
		p := st.programs[0]
		if _, err := p.terminate(); err != nil {
			return err
		}
		before, err := os.ReadFile(p.log())
		if err != nil {
			return err
		}
		away := make(chan error, 1)
		go func() { away <- st.cluster.crash(ctx, 5*time.Second) }()
		pause(ctx, time.Second)
		if err := p.launch(); err != nil {
			return err
		}
		if err := <-away; err != nil {
			return err
		}
		if err := p.serves(ctx, 20*time.Second); err != nil {
			return err
		}
		log, err := os.ReadFile(p.log())
		if err != nil {
			return err
		}
		if said := string(log[len(before):]); !strings.Contains(said, "the database cannot be reached yet") {
			return fmt.Errorf("the program does not say that it waits for the database: %s", said)
		}
		pause(ctx, 2*time.Second)
		return nil
	},
}

// disconnected has the server end all connections of the program, again and again.
var disconnected = scenario{
	name: "connections are cut", replicas: 2, mails: true,
	disturb: func(ctx context.Context, st *stage) error {
		for range 25 {
			pause(ctx, st.between(100*time.Millisecond, 1500*time.Millisecond))
			if err := st.disconnect(ctx); err != nil {
				return err
			}
		}
		return nil
	},
}

// disconnect ends the program's connections, or those of them that are in the middle of something.
func (st *stage) disconnect(ctx context.Context) error {
	condition := []string{"true", "state <> 'idle'"}[st.rand.IntN(2)]
	return st.cluster.exec(ctx, "postgres", fmt.Sprintf(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = '%s' AND application_name = 'chamados' AND %s`, st.database(), condition))
}

// locked has somebody else hold locks for longer than anybody has patience.
var locked = scenario{
	name: "long locks", mails: true, settle: 4 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		for _, table := range []string{"comentarios", "saida", "entrada", "mensagens", "usuarios"} {
			if err := st.hold(ctx, "LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE", st.between(8*time.Second, 45*time.Second)); err != nil {
				return err
			}
			pause(ctx, 3*time.Second)
		}
		return st.hold(ctx, "SELECT FROM chamados FOR UPDATE", 40*time.Second)
	},
}

// hold keeps the locks of a statement for a while.
func (st *stage) hold(ctx context.Context, statement string, d time.Duration) error {
	conn, err := st.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, s := range []string{"BEGIN", statement} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	pause(ctx, d)
	_, err = conn.Exec(ctx, "ROLLBACK")
	return err
}

// exhausted gives the program few connections and more to do than they can carry, and then takes the
// server's away.
var exhausted = scenario{
	name: "pool exhausted", rate: 20, settings: "database:\n  max_connections: 4\n",
	disturb: func(ctx context.Context, st *stage) error {
		for range 3 {
			if err := st.hold(ctx, "SELECT FROM chamados WHERE id % 2 = 0 FOR UPDATE", 7*time.Second); err != nil {
				return err
			}
			if err := st.fillServer(ctx, 6*time.Second); err != nil {
				return err
			}
			pause(ctx, 2*time.Second)
		}
		return nil
	},
}

// fillServer takes all the connections that the server has, after cutting the program's.
func (st *stage) fillServer(ctx context.Context, d time.Duration) error {
	if err := st.disconnect(ctx); err != nil {
		return err
	}
	var all []*pgx.Conn
	defer func() {
		for _, conn := range all {
			_ = conn.Close(context.WithoutCancel(ctx))
		}
	}()
	for end := time.Now().Add(d); time.Now().Before(end); {
		conn, err := st.connect(ctx)
		if err != nil { // the server is full
			pause(ctx, 20*time.Millisecond)
			continue
		}
		all = append(all, conn)
	}
	return nil
}
