package admin

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chamados/domain"
)

// The shapes of the contract. New members may be added; none is removed or renamed.

type userJSON struct {
	ID        int64     `json:"id"`
	Name      string    `json:"nome"`
	Email     string    `json:"email"`
	Role      string    `json:"tipo" enum:"ti,funcionario"`
	Active    bool      `json:"ativo"`
	CreatedAt time.Time `json:"criado_em"`
}

// accountJSON is userJSON with what only the person and IT see.
type accountJSON struct {
	userJSON
	Lang        domain.Lang `json:"idioma,omitempty" enum:"pt-BR,en"`
	Telegram    string      `json:"telegram,omitempty" doc:"Nome no Telegram, se vinculado"`
	Linked      bool        `json:"telegram_vinculado"`
	ChatBlocked bool        `json:"telegram_bloqueado"`
	HasPassword bool        `json:"tem_senha"`
}

type commentJSON struct {
	ID        int64      `json:"id"`
	Text      string     `json:"comentario"`
	CreatedAt time.Time  `json:"criado_em"`
	Author    *userJSON  `json:"usuario"`
	Internal  bool       `json:"interno"`
	EditedAt  *time.Time `json:"editado_em,omitempty"`
	Channel   string     `json:"canal,omitempty"`
}

type summaryJSON struct {
	ID          int64     `json:"id"`
	Title       string    `json:"titulo"`
	Category    string    `json:"categoria"`
	Priority    string    `json:"prioridade"`
	Status      string    `json:"status"`
	RequesterID int64     `json:"usuario_id"`
	AssigneeID  *int64    `json:"atribuido_para" nullable:"true"`
	CreatedAt   time.Time `json:"criado_em"`
	UpdatedAt   time.Time `json:"atualizado_em"`
	Requester   *userJSON `json:"usuario"`
	Assignee    *userJSON `json:"atribuido"`
	Version     int64     `json:"versao"`
	// DeletedAt is there only in the list of deleted tickets.
	DeletedAt *time.Time `json:"excluido_em,omitempty"`
}

type ticketJSON struct {
	summaryJSON
	Description string           `json:"descricao"`
	Extra       extraJSON        `json:"dados_extras"`
	FinishedAt  *time.Time       `json:"fechado_em" nullable:"true"`
	Comments    []commentJSON    `json:"comentarios"`
	Attachments []attachmentJSON `json:"anexos"`
}

type attachmentJSON struct {
	ID        int64     `json:"id"`
	Name      string    `json:"nome_arquivo"`
	MIME      string    `json:"tipo"`
	Size      int64     `json:"tamanho_bytes"`
	CreatedAt time.Time `json:"criado_em"`
	CommentID *int64    `json:"comentario_id,omitempty"`
	Ready     bool      `json:"disponivel"`
}

type eventJSON struct {
	ID        int64     `json:"id"`
	Kind      string    `json:"tipo"`
	ActorID   *int64    `json:"usuario_id" nullable:"true"`
	ActorName string    `json:"usuario_nome"`
	Channel   string    `json:"canal"`
	From      string    `json:"de"`
	To        string    `json:"para"`
	CommentID *int64    `json:"comentario_id,omitempty"`
	Internal  bool      `json:"interno"`
	At        time.Time `json:"em"`
}

type messageJSON struct {
	Message string `json:"message"`
}

// extraJSON passes dados_extras through as it is stored; null if there is none.
type extraJSON json.RawMessage

// MarshalJSON returns the stored document.
func (e extraJSON) MarshalJSON() ([]byte, error) {
	if len(e) == 0 {
		return []byte("null"), nil
	}
	return e, nil
}

// Schema describes an object of any members, or null.
func (extraJSON) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true}
}

// optional is a member that may be absent, null, or a value. Given is false for the first two.
type optional[T any] struct {
	Given bool
	Value T
}

// UnmarshalJSON notes that the member stands there.
func (o *optional[T]) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	o.Given = true
	return json.Unmarshal(raw, &o.Value)
}

// Schema is that of the value, or null.
func (optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	s.Nullable = s.Ref == ""
	return &s
}

// pointer returns the value, nil if none was given.
func (o optional[T]) pointer() *T {
	if !o.Given {
		return nil
	}
	return &o.Value
}

// idField is an id as number, string, or null: older clients send the value of a <select>.
type idField struct {
	given bool
	raw   string
}

// UnmarshalJSON keeps the member for value.
func (f *idField) UnmarshalJSON(raw []byte) error {
	f.given, f.raw = true, string(raw)
	return nil
}

// Schema describes the three forms.
func (idField) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeInteger}, {Type: huma.TypeString, Pattern: `^\d*$`}, {Type: "null"},
	}}
}

// value returns the id, 0 for null or an empty string, and whether the member is one of them.
func (f idField) value() (int64, bool) {
	word := f.raw
	if unquoted, err := strconv.Unquote(word); err == nil {
		word = unquoted
	}
	if word == "null" || word == "" {
		return 0, true
	}
	id, err := strconv.ParseInt(word, 10, 32)
	return id, err == nil && id > 0
}

func wireUser(u *domain.UserRef) *userJSON {
	if u == nil {
		return nil
	}
	return &userJSON{
		ID: u.ID, Name: u.Name, Email: u.Email, Role: string(u.Role), Active: u.Active, CreatedAt: u.CreatedAt.UTC(),
	}
}

func wireAccount(u domain.User) accountJSON {
	return accountJSON{
		userJSON: *wireUser(u.Ref()), Lang: u.Lang, Telegram: u.TelegramName, Linked: u.TelegramID != 0,
		ChatBlocked: !u.ChatBlocked.IsZero(), HasPassword: u.HasPassword,
	}
}

func wireSummary(t *domain.Ticket) summaryJSON {
	return summaryJSON{
		ID: t.ID, Title: t.Title, Category: string(t.Category), Priority: string(t.Priority), Status: string(t.Status),
		RequesterID: t.RequesterID, AssigneeID: wireID(t.AssigneeID),
		CreatedAt: t.CreatedAt.UTC(), UpdatedAt: t.UpdatedAt.UTC(),
		Requester: wireUser(t.Requester), Assignee: wireUser(t.Assignee), Version: t.Version,
		DeletedAt: wireTime(t.DeletedAt),
	}
}

func wireTicket(v *domain.TicketView) ticketJSON {
	out := ticketJSON{
		summaryJSON: wireSummary(&v.Ticket), Description: v.Description, Extra: extraJSON(v.Extra),
		FinishedAt: wireTime(v.FinishedAt),
		Comments:   make([]commentJSON, 0, len(v.Comments)), Attachments: make([]attachmentJSON, 0, len(v.Attachments)),
	}
	for i := range v.Comments {
		out.Comments = append(out.Comments, wireComment(&v.Comments[i]))
	}
	for i := range v.Attachments {
		out.Attachments = append(out.Attachments, wireAttachment(&v.Attachments[i]))
	}
	return out
}

func wireComment(c *domain.Comment) commentJSON {
	return commentJSON{
		ID: c.ID, Text: c.Text, CreatedAt: c.CreatedAt.UTC(), Author: wireUser(c.Author), Internal: c.Internal,
		EditedAt: wireTime(c.EditedAt), Channel: string(c.Channel),
	}
}

func wireAttachment(f *domain.Attachment) attachmentJSON {
	return attachmentJSON{
		ID: f.ID, Name: f.Name, MIME: f.MIME, Size: f.Size, CreatedAt: f.CreatedAt.UTC(),
		CommentID: wireID(f.CommentID), Ready: f.Stored,
	}
}

func wireEvent(e *domain.Event) eventJSON {
	return eventJSON{
		ID: e.ID, Kind: string(e.Kind), ActorID: wireID(e.ActorID), ActorName: e.ActorName, Channel: string(e.Channel),
		From: e.From, To: e.To, CommentID: wireID(e.CommentID), Internal: e.Internal, At: e.At.UTC(),
	}
}

// wireID returns null for 0.
func wireID(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// wireTime returns null for the zero time.
func wireTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// codeWord is a code as string or number: some clients send the digits without quotes.
type codeWord string

// UnmarshalJSON takes both forms.
func (c *codeWord) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*c = codeWord(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	*c = codeWord(n)
	return nil
}

// Schema describes the code as it should be sent.
func (codeWord) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^\d{6}$`}
}

// extraInput takes dados_extras as it comes; null and absent are the same.
type extraInput struct{ raw json.RawMessage }

// UnmarshalJSON keeps what is not null.
func (e *extraInput) UnmarshalJSON(raw []byte) error {
	if !bytes.Equal(raw, []byte("null")) {
		e.raw = bytes.Clone(raw)
	}
	return nil
}

// Schema is that of the answer.
func (extraInput) Schema(r huma.Registry) *huma.Schema { return extraJSON{}.Schema(r) }
