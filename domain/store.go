package domain

import (
	"context"
	"errors"
	"io"
	"time"
)

// Record is all that one decision writes: storage writes all of it or nothing, in as few
// round trips as it can. Exactly one of Opened, Changed and Touched is set; the rest may
// accompany it. Storage fills in the ids of what is new.
type Record struct {
	Opened      *Ticket // a new ticket
	Changed     *Ticket // a ticket after a change; must be locked by this transaction, unless Was is set
	Was         *Ticket // Changed as it was read: if it is another by now, or locked, nothing is written, see [ErrMoved]
	Touched     *Ticket // a ticket that only gets a comment, an attachment or an event
	Responded   bool    // Touched got a response of IT; the first one's time is kept
	Noted       bool    // what Touched remembers of targets and care changed; it is locked
	Comment     *Comment
	EditComment *Comment // a comment whose text changed; the old text is kept in the event
	Rating      *Rating  // the requester's; written over an older one
	DropComment int64    // a comment taken back within [UndoWindow]
	Origin      Origin   // the Telegram message that the ticket or comment was written in
	Attachments []NewAttachment
	Under       *Comment // the comment that Attachments belong to, if it is there already
	Events      []Event
	Notices     []Notice
}

// ErrMoved says that a decision was not written because the ticket has changed since it was read, or is about to.
var ErrMoved = errors.New("the ticket is no longer as it was read")

// TicketStore keeps tickets and what belongs to them. Absent rows are the sentinel
// errors of this package. Deleted tickets are found by id (with DeletedAt set) and left
// out of lists.
type TicketStore interface {
	// Ticket returns the ticket with requester and assignee.
	Ticket(ctx context.Context, id int64) (Ticket, error)
	// LockTicket is Ticket, and keeps others from changing it until the transaction ends.
	LockTicket(ctx context.Context, id int64) (Ticket, error)
	// TicketView returns the ticket with comments, attachments and events, oldest first;
	// what is internal only if asked for.
	TicketView(ctx context.Context, id int64, internal bool) (TicketView, error)
	// TicketThread is TicketView without the events.
	TicketThread(ctx context.Context, id int64, internal bool) (TicketView, error)
	// LockThread is TicketThread, and keeps others from changing the ticket until the transaction ends.
	LockThread(ctx context.Context, id int64, internal bool) (TicketView, error)
	// Tickets returns one page, and whether there are more.
	Tickets(ctx context.Context, f TicketFilter) ([]Ticket, bool, error)
	// EachTicket streams all tickets that match, without descriptions, in constant memory.
	EachTicket(ctx context.Context, f TicketFilter, yield func(*Ticket) error) error
	// Board returns the first cards of each column and the number of tickets in it.
	Board(ctx context.Context, f TicketFilter, perColumn int) ([]BoardColumn, error)
	// Comment returns one comment and its ticket's id.
	Comment(ctx context.Context, id int64) (Comment, error)
	// Attachment returns one attachment's description.
	Attachment(ctx context.Context, id int64) (Attachment, error)
	// Attached returns the bytes of the attachments that a person has added since a time.
	Attached(ctx context.Context, userID int64, since time.Time) (int64, error)
	// AttachmentContent opens the stored content; the caller closes it.
	AttachmentContent(ctx context.Context, id int64) (io.ReadCloser, error)
	// Record writes a decision, or returns [ErrMoved].
	Record(ctx context.Context, r *Record) error
	// Stats returns the counters of all tickets that are not deleted.
	Stats(ctx context.Context) (Stats, error)
}

// UserStore keeps accounts.
type UserStore interface {
	User(ctx context.Context, id int64) (User, error)
	UserByEmail(ctx context.Context, email string) (User, error)
	UserByTelegram(ctx context.Context, telegramID int64) (User, error)
	// PasswordHash returns the bcrypt hash, "" when the person has none.
	PasswordHash(ctx context.Context, userID int64) (string, error)
	// Users returns the accounts that match, by name.
	Users(ctx context.Context, f UserFilter) ([]User, error)
	// CreateUser returns the account with its id, or [ErrEmailTaken].
	CreateUser(ctx context.Context, u User, passwordHash string) (User, error)
	// UpdateUser writes name, address, role, active, language; [ErrEmailTaken]. When the
	// account is switched off or its role changes, the token version grows.
	UpdateUser(ctx context.Context, u User) (User, error)
	// SetPassword writes the hash and raises the token version.
	SetPassword(ctx context.Context, userID int64, hash string) error
	// RevokeTokens raises the token version: every token issued so far is void.
	RevokeTokens(ctx context.Context, userID int64) error
	// Anonymise overwrites name and address, and erases all else that tells who somebody was.
	Anonymise(ctx context.Context, id int64, name, email string) error
	// CountActiveIT returns the number of active IT accounts, locked against change
	// until the transaction ends.
	CountActiveIT(ctx context.Context) (int, error)
}

// LinkStore keeps invitations and the link between accounts and Telegram.
type LinkStore interface {
	// CreateInvites keeps the hashes of invitations.
	CreateInvites(ctx context.Context, list []Invite) error
	// LockInvite returns the invitation with this hash, locked, or [ErrInviteUnknown].
	LockInvite(ctx context.Context, hash []byte) (Invite, error)
	// UseInvite marks an invitation as used, and with it the person's others of its kind.
	UseInvite(ctx context.Context, id int64, at time.Time) error
	// LinkTelegram ties an account to a Telegram account, and unties both from any other.
	// It returns the Telegram id that the account had before (0 for none).
	LinkTelegram(ctx context.Context, userID int64, p TelegramProfile) (previous int64, err error)
	// UnlinkTelegram unties an account and returns the Telegram id it had.
	UnlinkTelegram(ctx context.Context, userID int64) (int64, error)
	// SetChatBlocked notes since when the bot may not write to a person (zero: it may). If that
	// is news, IT's cards of their open tickets are brought up to date, and the person's own
	// when they can be written to again.
	SetChatBlocked(ctx context.Context, telegramID int64, since time.Time) error
	// Groups returns the places where IT is told of tickets, the oldest first.
	Groups(ctx context.Context) ([]Group, error)
	// SaveGroup connects a place or updates it. It leaves alone whether the group is lost.
	SaveGroup(ctx context.Context, g Group) error
	// DropTopic disconnects one place.
	DropTopic(ctx context.Context, chatID, threadID int64) error
	// DropGroup disconnects a group with all its topics.
	DropGroup(ctx context.Context, chatID int64) error
	// LoseGroup notes that a connected group cannot be written to, and moves what waits for
	// it to where its tickets are told of now; false if it is not connected, or lost already.
	LoseGroup(ctx context.Context, chatID int64, at time.Time) (bool, error)
	// RegainGroup notes that a group can be written to again.
	RegainGroup(ctx context.Context, chatID int64) error
	// ForgetTopic makes what a topic took, and what waits to be sent there, go outside of it.
	ForgetTopic(ctx context.Context, chatID, threadID int64) error
	// MoveGroup follows a group's migration: every stored id of the old chat is rewritten.
	MoveGroup(ctx context.Context, from, to int64) error
}

// Store is storage as the use-cases see it. Inside Atomically the given Store is the
// transaction; a nested Atomically joins it.
type Store interface {
	TicketStore
	UserStore
	LinkStore
	CareStore
	RatingStore
	DigestStore
	PreferenceStore
	MailStore
	ImportStore
	SignupStore
	OnceStore
	TrafficStore
	SeriesStore
	SeenStore
	Atomically(ctx context.Context, fn func(Store) error) error
}

// TicketView is a ticket with all that hangs on it.
type TicketView struct {
	Ticket
	Comments    []Comment
	Attachments []Attachment
	Events      []Event
}

// Order is how a list of tickets is sorted. All orders end with the id, so that a page
// can go on exactly where the last one ended.
type Order string

const (
	OrderNewest   Order = "recentes"
	OrderOldest   Order = "antigos"
	OrderUpdated  Order = "atualizados"
	OrderPriority Order = "prioridade" // most urgent first, then oldest
)

// Late is which promise of the desk a ticket has to have missed to be listed; zero: none has to be.
type Late string

const (
	LateNow      Late = "agora"    // any target, and the ticket still waits
	LateResponse Late = "resposta" // the first response came late, or is overdue
	LateSolution Late = "solucao"  // the ticket was resolved late
)

// TicketFilter selects tickets; zero fields do not restrict.
type TicketFilter struct {
	Statuses    []Status
	Categories  []Category
	Priorities  []Priority
	RequesterID int64
	AssigneeID  int64
	Unassigned  bool
	Open        bool // neither resolved, closed nor cancelled
	Deleted     bool // those deleted within [RestoreWindow] instead of the others; IT only
	Search      string
	Internal    bool      // the search may look into internal notes
	From, To    time.Time // when it was opened
	EndedFrom   time.Time // when work on it ended
	EndedTo     time.Time
	Late        Late
	Order       Order
	After       *Ticket // the last one of the page before
	Limit       int     // 0: no limit
}

// BoardColumn is one status of the board.
type BoardColumn struct {
	Status  Status
	Count   int64
	Tickets []Ticket
}

// Stats are the counters of /api/estatisticas.
type Stats struct {
	Total      int64
	ByStatus   map[Status]int64
	ByCategory map[Category]int64
	ByPriority map[Priority]int64
}

// UserFilter selects accounts; zero fields do not restrict.
type UserFilter struct {
	Role   Role
	Active *bool
	Search string // in name and address, without accents
	After  *User  // the last one of the page before
	Limit  int
}
