package config

import (
	"log/slog"
	"os"
)

// Log is how much is logged and in which form.
type Log struct {
	Level  string `mapstructure:"level"`
	Format string `mapstructure:"format"`
}

func (l Log) validate(reject rejecter) {
	if _, err := l.level(); err != nil {
		reject("log.level", "one_of", "Value", l.Level, "Words", "debug, info, warn, error")
	}
	oneOf(reject, "log.format", l.Format, "json", "text")
}

func (l Log) level() (slog.Level, error) {
	var level slog.Level
	return level, level.UnmarshalText([]byte(l.Level))
}

// Logger returns the logger that the settings ask for, writing to standard error.
func (l Log) Logger() *slog.Logger {
	level, err := l.level()
	if err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if l.Format == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, opts))
}
