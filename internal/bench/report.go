package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
)

// row is one line of the table: a value that is held against a bar.
type row struct {
	Name   string    `json:"name"`
	Ours   float64   `json:"ours"`
	Unit   string    `json:"unit"`
	Limit  float64   `json:"limit,omitempty"` // pgbench in the same run
	Value  float64   `json:"value"`           // what the bar is about: the ratio where there is a limit
	Bar    float64   `json:"bar"`
	AtMost bool      `json:"at_most,omitempty"` // the bar is a maximum
	Met    bool      `json:"met"`
	Note   string    `json:"note,omitempty"`
	CPU    *cpuShare `json:"cpu,omitempty"`
}

// report is the outcome of a run.
type report struct {
	When       time.Time   `json:"when"`
	Machine    string      `json:"machine"`
	Cores      int         `json:"cores"`
	PostgreSQL string      `json:"postgresql"`
	Go         string      `json:"go"`
	Tickets    int         `json:"tickets"`
	Rounds     int         `json:"rounds"`
	Length     string      `json:"length"`
	Rows       []row       `json:"rows"`
	Statements []statement `json:"statements,omitempty"`
	Stages     []timing    `json:"stages"`
}

// statement is what pg_stat_statements says about one of the application's.
type statement struct {
	During string  `json:"during"`
	PerReq float64 `json:"calls_per_request"`
	MeanMs float64 `json:"mean_ms"`
	PlanMs float64 `json:"plan_ms"` // of planning, a call
	SQL    string  `json:"sql"`
}

func newReport(ctx context.Context, b *bench) report {
	r := report{
		When: time.Now().UTC().Truncate(time.Second), Machine: machine(), Cores: runtime.NumCPU(), Go: runtime.Version(),
		Tickets: b.tickets, Rounds: b.rounds, Length: b.length.String(),
	}
	conn, err := pgx.Connect(ctx, b.cluster.url("postgres"))
	if err == nil {
		_ = conn.QueryRow(ctx, "SHOW server_version").Scan(&r.PostgreSQL)
		_ = conn.Close(ctx)
	}
	return r
}

func (b *bench) add(r row) {
	r.Met = r.Value >= r.Bar
	if r.AtMost {
		r.Met = r.Value <= r.Bar
	}
	b.report.Rows = append(b.report.Rows, r)
	r.print(os.Stderr)
}

func (r report) missed() bool {
	for _, row := range r.Rows {
		if !row.Met {
			return true
		}
	}
	return false
}

func (r report) write(file string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(raw, '\n'), 0o644)
}

func (r report) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s · %d cores · PostgreSQL %s · %s · %s\n%d tickets, %d rounds, %s each, %d clients; CPU in cores: server/database/load/others\n\n",
		r.Machine, r.Cores, r.PostgreSQL, r.Go, r.When.Format("2006-01-02 15:04 UTC"), r.Tickets, r.Rounds, r.Length, clients)
	fmt.Fprintf(w, "%-38s %12s %10s %8s %9s  %-6s %-22s %s\n", "", "ours", "limit", "value", "bar", "", "CPU", "")
	for _, row := range r.Rows {
		row.print(w)
	}
	if len(r.Statements) > 0 {
		fmt.Fprintf(w, "\nStatements: during, calls a request, ms of executing and of planning a call\n")
	}
	for _, s := range r.Statements {
		fmt.Fprintf(w, "%-10s %6.2f %8.3f %7.3f  %s\n", s.During, s.PerReq, s.MeanMs, s.PlanMs, s.SQL)
	}
	r.printTimes(w)
}

// printTimes tells how long it took, stage by stage, and how many bars were met.
func (r report) printTimes(w io.Writer) {
	var total, met float64
	fmt.Fprint(w, "\nSeconds:")
	for _, s := range r.Stages {
		fmt.Fprintf(w, " %s %.0f,", s.Stage, s.Seconds)
		total += s.Seconds
	}
	for _, row := range r.Rows {
		if row.Met {
			met++
		}
	}
	fmt.Fprintf(w, " in all %.0f. %.0f of %d bars met.\n", total, met, len(r.Rows))
}

func (r row) print(w io.Writer) {
	limit, cpu, sign, verdict := "", "", "≥", "met"
	if r.Limit != 0 {
		limit = fmt.Sprintf("%.0f", r.Limit)
	}
	if r.CPU != nil {
		cpu = fmt.Sprintf("%.2f/%.2f/%.2f/%.2f", r.CPU.Server, r.CPU.Database, r.CPU.Load, r.CPU.Others)
	}
	if r.AtMost {
		sign = "≤"
	}
	if !r.Met {
		verdict = "MISSED"
	}
	fmt.Fprintf(w, "%-38s %6.5g %-6s %9s %8.4g %2s %6.4g  %-6s %-22s %s\n", r.Name, r.Ours, r.Unit, limit, r.Value, sign, r.Bar, verdict, cpu, r.Note)
}

func absolute(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w (make build makes it)", err)
	}
	return path, nil
}
