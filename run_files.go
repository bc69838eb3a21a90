package main

import (
	"os"

	"chamados/storage"
	"chamados/storage/filedir"
)

// openFiles lets a database keep contents in the directory, or read those that an earlier setting put
// there.
func (p *Program) openFiles(o *storage.Options) error {
	path := p.config.AttachmentsDir()
	o.ContentsOutside = p.config.Files.Outside()
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
