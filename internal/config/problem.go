package config

import (
	"strings"

	"chamados/domain"
	"chamados/domain/i18n"
)

// Problem is why a setting cannot be used: the key of a text below "misconfigured" and what fills it, which is
// never a secret.
type Problem struct {
	Setting string // its name in config.yaml; "" for what is wrong with a whole file
	Key     string
	Args    i18n.Args
	Cause   error // for the log; nil if the setting itself is all that is wrong
}

// Error returns the problem in English, for logs.
func (p Problem) Error() string { return p.Text(domain.LangEnglish) }

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.Cause }

// Text tells a person which setting, with its variable of the environment, and what is wrong with it.
func (p Problem) Text(lang domain.Lang) string {
	text := i18n.Text(lang, "misconfigured."+p.Key, p.Args)
	if p.Setting == "" {
		return text
	}
	name := p.Setting
	if env := Environment[name]; env != "" {
		name += " (" + env + ")"
	}
	return name + ": " + text
}

// Problems are all that are wrong with the settings.
type Problems []Problem

// Error returns them in English, one a line, for logs.
func (p Problems) Error() string { return p.Text(domain.LangEnglish) }

// Text tells a person of each, one a line.
func (p Problems) Text(lang domain.Lang) string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Text(lang)
	}
	return strings.Join(lines, "\n")
}

// rejecter takes a bad setting, the key of the text that says why, and what fills it: names and values in turn.
type rejecter func(setting, key string, args ...any)

func (p *Problems) reject(setting, key string, args ...any) {
	values := i18n.Args{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1]
	}
	*p = append(*p, Problem{Setting: setting, Key: key, Args: values})
}

// errOrNil is p as an error.
func (p Problems) errOrNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
