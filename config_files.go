package main

import (
	"os"
	"path/filepath"

	"chamados/storage"
	"chamados/storage/filedir"
)

// FilesConfig is where the contents of new attachments go. Those that are there already are found
// wherever they are.
type FilesConfig struct {
	Store string `mapstructure:"store"`
	Dir   string `mapstructure:"dir"`
}

const (
	filesInDatabase  = "database"
	filesInDirectory = "directory"
)

var filesDefaults = map[string]any{
	"attachments.store": filesInDatabase,
	"attachments.dir":   "",
}

func (f FilesConfig) validate(reject func(key, format string, args ...any)) {
	if f.Store != filesInDatabase && f.Store != filesInDirectory {
		reject("attachments.store", "%q is none of %s, %s", f.Store, filesInDatabase, filesInDirectory)
	}
}

// AttachmentsDir is the directory for contents of attachments that are not in the database.
func (c Config) AttachmentsDir() string {
	return or(c.Files.Dir, filepath.Join(c.DataDir, "attachments"))
}

// openFiles lets a database keep contents in the directory, or read those that an earlier setting put
// there.
func (p *Program) openFiles(o *storage.Options) error {
	path := p.config.AttachmentsDir()
	o.ContentsOutside = p.config.Files.Store == filesInDirectory
	if _, err := os.Stat(path); os.IsNotExist(err) && !o.ContentsOutside {
		return nil
	}
	dir, err := filedir.Open(path)
	if err != nil {
		return err
	}
	p.later(dir.Close)
	o.Contents = dir
	return nil
}
