package domain

import (
	"errors"
	"fmt"
)

// Code is the kind of a failure. Each door maps it once to its own terms (an HTTP
// status, a chat answer).
type Code string

const (
	CodeInvalid      Code = "invalid"      // the input breaks a rule; Fields says which
	CodeUnauthorized Code = "unauthorized" // nobody proved who they are
	CodeForbidden    Code = "forbidden"    // the actor may not do this
	CodeNotFound     Code = "not_found"
	CodeConflict     Code = "conflict"  // the state does not allow it, or somebody was faster
	CodeStale        Code = "stale"     // the actor decided on an older version
	CodeThrottled    Code = "throttled" // too many attempts
	CodeUnavailable  Code = "unavailable"
	CodeInternal     Code = "internal"
)

// Error is a failure that a person may be told about. Key names a text of the catalogs
// ("error.<key>"), Args fills it. Err, if any, is for the log only.
type Error struct {
	Code   Code
	Key    string
	Args   map[string]any
	Fields []FieldError
	Err    error
}

// FieldError says what is wrong with one input field. Field is its wire name.
type FieldError struct {
	Field string
	Key   string
	Args  map[string]any
}

// Error returns a text for logs, never shown to people.
func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Key
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Field, f.Key)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is match any error of the same code and key against a sentinel.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Key == e.Key
}

// CodeOf returns the code of err: that of the first [Error] in its chain, else
// [CodeInternal]; "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// Sentinels for errors.Is. Those with details are built by the functions below.
var (
	ErrTicketNotFound     = &Error{Code: CodeNotFound, Key: "ticket_not_found"}
	ErrUserNotFound       = &Error{Code: CodeNotFound, Key: "user_not_found"}
	ErrCommentNotFound    = &Error{Code: CodeNotFound, Key: "comment_not_found"}
	ErrGroupNotFound      = &Error{Code: CodeNotFound, Key: "group_not_found"}
	ErrAttachmentNotFound = &Error{Code: CodeNotFound, Key: "attachment_not_found"}
	ErrNotYourTicket      = &Error{Code: CodeForbidden, Key: "not_your_ticket"}
	ErrITOnly             = &Error{Code: CodeForbidden, Key: "it_only"}
	ErrInactive           = &Error{Code: CodeUnauthorized, Key: "inactive"}
	ErrBadCredentials     = &Error{Code: CodeUnauthorized, Key: "bad_credentials"}
	ErrEmailTaken         = &Error{Code: CodeConflict, Key: "email_taken"}
	ErrLastIT             = &Error{Code: CodeConflict, Key: "last_it"}
	ErrInviteUnknown      = &Error{Code: CodeNotFound, Key: "invite_unknown"}
	ErrInviteExpired      = &Error{Code: CodeConflict, Key: "invite_expired"}
	ErrInviteInactive     = &Error{Code: CodeConflict, Key: "invite_inactive"} // nobody could use it
	ErrInviteUsed         = &Error{Code: CodeConflict, Key: "invite_used"}
	ErrTicketFinished     = &Error{Code: CodeForbidden, Key: "ticket_finished"}
	ErrTaken              = &Error{Code: CodeConflict, Key: "taken"}
	ErrUndoTooLate        = &Error{Code: CodeConflict, Key: "undo_too_late"}
	ErrStale              = &Error{Code: CodeStale, Key: "stale"}
	ErrRatingNotFound     = &Error{Code: CodeNotFound, Key: "rating_not_found"}
	ErrNotYoursToRate     = &Error{Code: CodeForbidden, Key: "not_yours_to_rate"}
	ErrNotSolvedYet       = &Error{Code: CodeConflict, Key: "not_solved_yet"}
	ErrStorageFull        = &Error{Code: CodeUnavailable, Key: "storage_full"} // no room for more
	ErrAllowanceUsed      = &Error{Code: CodeThrottled, Key: "allowance_used"} // of attachments, for now
	ErrContentMissing     = &Error{Code: CodeUnavailable, Key: "content_missing"}
	ErrRatedTooLate       = &Error{Code: CodeConflict, Key: "rated_too_late"}
)

// Concealed returns err as chat and panel tell it: somebody else's ticket is none, so that trying numbers
// tells nothing. The JSON API keeps the difference, which its old clients know (403 and 404).
func Concealed(err error) error {
	if errors.Is(err, ErrNotYourTicket) {
		return ErrTicketNotFound
	}
	return err
}

// Taken returns the error for a ticket that somebody else already has; the person is
// told the name.
func Taken(by string) *Error {
	return &Error{Code: CodeConflict, Key: "taken", Args: map[string]any{"Name": by}}
}

// Forbidden returns the error for fields that the actor's role may not set, one entry
// per field.
func Forbidden(fields ...string) *Error {
	e := &Error{Code: CodeForbidden, Key: "forbidden_fields", Args: map[string]any{}}
	for _, f := range fields {
		e.Fields = append(e.Fields, FieldError{Field: f, Key: "forbidden_field"})
	}
	return e
}

// Invalid returns the error for input that breaks rules, one entry per field.
func Invalid(fields ...FieldError) *Error {
	return &Error{Code: CodeInvalid, Key: "invalid", Fields: fields}
}

// checks gathers field errors.
type checks []FieldError

func (c *checks) add(field, key string, args ...any) {
	f := FieldError{Field: field, Key: key, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		f.Args[args[i].(string)] = args[i+1]
	}
	*c = append(*c, f)
}

func (c checks) err() error {
	if len(c) == 0 {
		return nil
	}
	return Invalid(c...)
}
