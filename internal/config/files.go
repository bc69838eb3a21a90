package config

import "path/filepath"

// Files is where the contents of new attachments go. Those that are there already are found
// wherever they are.
type Files struct {
	Store string `mapstructure:"store"`
	Dir   string `mapstructure:"dir"`
	// PerDay is what one person may attach within a day, in MB (1024 KB); 0 for no bound.
	PerDay int `mapstructure:"megabytes_per_day"`
}

const (
	filesInDatabase  = "database"
	filesInDirectory = "directory"
)

var filesDefaults = map[string]any{
	"attachments.store":             filesInDatabase,
	"attachments.dir":               "",
	"attachments.megabytes_per_day": 500,
}

func (f Files) validate(reject rejecter) {
	oneOf(reject, "attachments.store", f.Store, filesInDatabase, filesInDirectory)
	if f.PerDay < 0 {
		reject("attachments.megabytes_per_day", "negative", "Value", f.PerDay)
	}
}

// AttachmentsDir is the directory for contents of attachments that are not in the database.
func (c Config) AttachmentsDir() string {
	return or(c.Files.Dir, filepath.Join(c.DataDir, "attachments"))
}

// Outside reports whether new contents go to the directory, not into the database.
func (f Files) Outside() bool { return f.Store == filesInDirectory }
