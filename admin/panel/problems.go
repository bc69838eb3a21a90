package panel

import (
	"errors"
	"net/http"

	"chamados/domain"
	"chamados/domain/i18n"
)

// problems are what is wrong with a form: a sentence for each field, by its wire name.
type problems map[string]string

// problemsOf returns what err says about single fields, empty if it says nothing.
func problemsOf(lang domain.Lang, err error) problems {
	out := problems{}
	if e, ok := errors.AsType[*domain.Error](err); ok {
		for _, f := range e.Fields {
			out[f.Field] = i18n.FieldProblem(lang, f)
		}
	}
	return out
}

// formProblems returns what a form's page says about err, and false when it is no matter
// of the form's.
func formProblems(lang domain.Lang, err error) (problems, bool) {
	switch domain.CodeOf(err) {
	case domain.CodeInvalid, domain.CodeConflict, domain.CodeStale, domain.CodeForbidden:
	default:
		return nil, false
	}
	out := problemsOf(lang, err)
	if len(out) == 0 {
		out[""] = i18n.Error(lang, err)
	}
	if errors.Is(err, domain.ErrEmailTaken) {
		out = problems{"email": i18n.Error(lang, err)}
	}
	return out, true
}

func asTooLarge(err error) (*http.MaxBytesError, bool) {
	return errors.AsType[*http.MaxBytesError](err)
}
