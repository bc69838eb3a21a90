package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
	"chamados/storage"
	"chamados/storage/embedded"
)

// openDatabase starts the embedded PostgreSQL if no other is configured, migrates, waiting
// for a server that is not there yet, and opens the pool.
func (p *Program) openDatabase(ctx context.Context) error {
	url := p.config.Database.External()
	if url == "" {
		var err error
		if url, err = p.startPrivate(ctx); err != nil {
			return err
		}
	}
	if err := p.migrate(ctx, url); err != nil {
		return err
	}
	if err := p.openPool(ctx, url); err != nil {
		return err
	}
	p.background("database signals", p.db.Run)
	return nil
}

// openDatabaseBeside is openDatabase for a command: it joins an embedded PostgreSQL that
// another process runs, and waits for no server.
func (p *Program) openDatabaseBeside(ctx context.Context) error {
	url, err := p.databaseBeside(ctx)
	if err != nil {
		return err
	}
	if _, err := storage.Upgrade(ctx, url); err != nil {
		return err
	}
	return p.openPool(ctx, url)
}

func (p *Program) databaseBeside(ctx context.Context) (string, error) {
	if url := p.config.Database.External(); url != "" {
		return url, nil
	}
	url, running, err := embedded.Running(embedded.Options{Dir: p.config.DataDir})
	if err != nil || running {
		return url, err
	}
	return p.startPrivate(ctx)
}

func (p *Program) startPrivate(ctx context.Context) (string, error) {
	server, err := embedded.Start(ctx, embedded.Options{Dir: p.config.DataDir, Log: p.log})
	if err != nil {
		return "", err
	}
	p.later(func() error { return server.Stop(context.Background()) })
	p.background("private PostgreSQL", outlives(server))
	return server.URL(), nil
}

// outlives returns what ends with an error when a server ends for good before its program.
func outlives(server *embedded.Server) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-server.Done():
			return errors.New("it keeps ending; its log is postgres.log in the data directory")
		case <-ctx.Done():
			return nil
		}
	}
}

func (p *Program) openPool(ctx context.Context, url string) error {
	options := storage.Options{
		MaxConns: p.config.Database.MaxConnections, Log: p.log, Now: p.now, Key: p.secret,
		Location: p.config.Desk.Location(), Gather: p.config.Notices.Gather,
		ReplicaURL: string(p.config.Database.ReadURL), MailOff: p.mailer == nil && !p.config.Mail.Configured(),
	}
	if err := p.openFiles(&options); err != nil {
		return config.Problem{Setting: "attachments.dir", Key: "data_dir", Args: i18n.Args{"Error": err}, Cause: err}
	}
	db, err := storage.Open(ctx, url, options)
	if err != nil {
		return err
	}
	p.db = db
	p.later(func() error { db.Close(); return nil })
	return nil
}

// migrate waits for a server that is not there yet, saying so, brings its schema up to
// date, and tells what that did.
func (p *Program) migrate(ctx context.Context, url string) error {
	for wait := time.Second; ; wait = min(2*wait, 15*time.Second) {
		report, err := storage.Upgrade(ctx, url)
		if domain.CodeOf(err) != domain.CodeUnavailable {
			p.tellOfUpgrade(report)
			return err
		}
		p.log.Warn("the database cannot be reached yet; trying again", "in", wait.String(), "error", err)
		select {
		case <-ctx.Done():
			return fmt.Errorf("gave up waiting for the database: %w", err)
		case <-time.After(wait):
		}
	}
}

// tellOfUpgrade logs what an upgrade of the schema found and did, if it did anything.
func (p *Program) tellOfUpgrade(u storage.UpgradeReport) {
	for _, w := range u.Warnings {
		p.log.Warn("migration", "warning", w)
	}
	if len(u.Applied) == 0 {
		return
	}
	p.log.Info("the database was brought up to date", "adopted", u.Adopted, "from", u.From, "to", u.To,
		"migrations", len(u.Applied), "took", u.Took.Round(time.Millisecond).String())
	for _, t := range u.Tables {
		if t.Existed {
			p.log.Info("a table was kept", "table", t.Name, "rows_before", t.Before, "rows", t.After, "columns_added", t.Added)
		}
	}
}
