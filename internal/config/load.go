package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// SystemFile is where an installation as a service keeps its settings.
const SystemFile = "/etc/chamados/config.yaml"

// DefaultFile returns the file of settings where none is named: config.yaml in the working directory, unless
// only system is there. So commands mean the installation wherever they are typed.
func DefaultFile(system string) string {
	const here = "config.yaml"
	if exists(here) || exists(".env") || !exists(system) {
		return here
	}
	return system
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// Load reads file (it may be absent if optional), the .env beside it, and the
// environment. The result is validated; what is wrong are [Problems].
func Load(file string, optional bool) (Config, error) {
	if err := loadDotenv(filepath.Join(filepath.Dir(file), ".env")); err != nil {
		return Config{}, err
	}
	v := newSettings()
	for key, name := range Environment {
		if err := v.BindEnv(key, name); err != nil {
			return Config{}, err
		}
	}
	if exists(file) || !optional {
		v.SetConfigFile(file)
		if err := v.ReadInConfig(); err != nil {
			return Config{}, unreadable(file, err)
		}
	}
	c, err := decode(v)
	if err != nil {
		return Config{}, err
	}
	return c, c.Validate()
}

// unreadable is what is wrong with a file as a whole.
func unreadable(file string, err error) Problems {
	var bad Problems
	key, cause := "unreadable", err
	if e, ok := errors.AsType[viper.ConfigParseError](err); ok {
		key, cause = "yaml", e.Unwrap()
	} else if e, ok := errors.AsType[*os.PathError](err); ok {
		cause = e.Err
	}
	if errors.Is(err, os.ErrNotExist) {
		key = "absent"
	}
	bad.reject("", key, "File", file, "Error", cause)
	return bad
}

// decode returns the settings by their types, or which of them do not exist or are of another type.
func decode(v *viper.Viper) (c Config, err error) {
	var found mapstructure.Metadata
	err = v.Unmarshal(&c, func(d *mapstructure.DecoderConfig) { d.Metadata = &found })
	var bad Problems
	for _, setting := range slices.Sorted(slices.Values(found.Unused)) {
		bad.reject(dotted(setting), "unknown")
	}
	for _, setting := range misfits(err) {
		bad.reject(dotted(setting), "type_"+kindOf(dotted(setting)))
	}
	if len(bad) == 0 && err != nil {
		return c, err
	}
	return c, bad.errOrNil()
}

// dotted turns "sla.targets[alta]" into "sla.targets.alta".
func dotted(name string) string { return strings.NewReplacer("[", ".", "]", "").Replace(name) }

// misfits returns the settings whose values an error of decoding is about.
func misfits(err error) (settings []string) {
	switch e := err.(type) {
	case nil:
		return nil
	case *mapstructure.DecodeError:
		if inner := misfits(e.Unwrap()); len(inner) > 0 {
			return inner
		}
		return []string{e.Name()}
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			settings = append(settings, misfits(one)...)
		}
	case interface{ Unwrap() error }:
		return misfits(e.Unwrap())
	}
	return settings
}

// kindOf returns what a setting holds: number, yes_no, duration, list, table or text.
func kindOf(setting string) string {
	t := reflect.TypeFor[Config]()
	for name := range strings.SplitSeq(setting, ".") {
		if t = within(t, name); t == nil {
			return "text"
		}
	}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		return "number"
	case t.Kind() == reflect.Bool:
		return "yes_no"
	case t.Kind() == reflect.Slice:
		return "list"
	case t.Kind() == reflect.Map || t.Kind() == reflect.Struct:
		return "table"
	}
	return "text"
}

// within returns the type of what a name means in a type, nil if nothing.
func within(t reflect.Type, name string) reflect.Type {
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		return t.Elem()
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); strings.EqualFold(f.Tag.Get("mapstructure"), name) {
				return f.Type
			}
		}
	}
	return nil
}
