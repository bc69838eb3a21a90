package domain

import (
	"context"
	"slices"
	"time"
)

// MailKind is what an e-mail is about.
type MailKind string

const (
	MailCode    MailKind = "codigo"      // a code for a new password
	MailSignup  MailKind = "cadastro"    // a code by which a stranger in chat proves an address
	MailWelcome MailKind = "boas_vindas" // an account was made for the person
	MailNotice  MailKind = "aviso"       // something happened to a ticket
)

// Times of notices by mail. A code is worth sending as long as it lives, a welcome as long
// as its links.
const (
	// NoticeMailTTL is how long a notice is worth sending.
	NoticeMailTTL = 24 * time.Hour
	// MailNoticeDelay is how long a notice waits, so that what is taken back within
	// [UndoWindow] is not mailed and what happens in quick succession is one mail.
	MailNoticeDelay = UndoWindow
)

// Mail is an e-mail to one person. It is written in the transaction of what causes it and
// worded when it is sent, so that it tells of that moment.
type Mail struct {
	IDs       []int64 // more than one for notices of one ticket that go out together
	Kind      MailKind
	UserID    int64  // the account, written to at the address it has when the mail is sent; 0 for none
	Address   string // where there is no account
	Lang      Lang   // it was asked for in; the account's own wins
	Secrets   MailSecrets
	TicketID  int64
	EventIDs  []int64
	CreatedAt time.Time
	ExpiresAt time.Time // not sent any more after this
	Attempts  int       // earlier attempts that count
}

// MailSecrets is what only the receiver may know. Storage keeps it sealed, and erases it
// once the mail is sent or has expired.
type MailSecrets struct {
	Code          string `json:"codigo,omitempty"`
	PasswordToken string `json:"senha,omitempty"`
	TelegramToken string `json:"telegram,omitempty"`
}

// MailStore takes mails, in the transaction that it is part of.
type MailStore interface {
	EnqueueMail(ctx context.Context, mails ...Mail) error
}

// MailQueue keeps mails until they are delivered or given up.
type MailQueue interface {
	// ClaimMail takes up to limit mails that are due for lease, codes first, and keeps
	// other processes from them. A lease that ends without a word counts as an attempt.
	ClaimMail(ctx context.Context, limit int, lease time.Duration) ([]Mail, error)
	// MailSent finishes a mail and erases its secrets.
	MailSent(ctx context.Context, m Mail) error
	// RetryMail puts a mail back until at; counted says whether the attempt counts.
	RetryMail(ctx context.Context, m Mail, at time.Time, counted bool, cause string) error
	// DeadMail gives a mail up; it stays visible with its cause.
	DeadMail(ctx context.Context, m Mail, cause string) error
}

// mailed are the events of which people are told by mail, those without an open chat and
// those who want it so: all that asks for somebody's attention.
var mailed = []EventKind{
	EventStatus, EventComment, EventNote, EventAssignee, EventSLAWarning, EventSLABreach, EventRatedLow,
	EventCloseSoon, EventWaitReminder, EventNoAnswer, EventAnswered,
}

// MailedEvents returns the kinds of events of which mails tell.
func MailedEvents() []EventKind { return slices.Clone(mailed) }

// Mails reports whether a notice of an event is also one by mail, for people who are told
// that way.
func (n Notice) Mails(e Event) bool {
	told := n.Kind == NoticeEvent || n.Kind == NoticeAlarm || n.Kind == NoticeLetter
	return told && n.Audience != AudienceGroup && slices.Contains(mailed, e.Kind)
}

// welcomeMail makes an account's two personal links and the mail that brings them.
func (d *Desk) welcomeMail(u User) (Mail, []Invite, error) {
	m := Mail{Kind: MailWelcome, UserID: u.ID, Lang: u.Lang, CreatedAt: d.Now(), ExpiresAt: d.Now().Add(InviteTTL)}
	password, first, err := d.newInvite(u.ID, InvitePassword)
	if err != nil {
		return m, nil, err
	}
	telegram, second, err := d.newInvite(u.ID, InviteTelegram)
	m.Secrets = MailSecrets{PasswordToken: password, TelegramToken: telegram}
	return m, []Invite{first, second}, err
}

// Welcome mails an account its two personal links; IT only.
func (d *Desk) Welcome(ctx context.Context, a Actor, userID int64) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	return d.atomically(ctx, func(d *Desk) error {
		u, err := d.store.User(ctx, userID)
		if err != nil {
			return err
		}
		return d.welcome(ctx, u)
	})
}

func (d *Desk) welcome(ctx context.Context, u User) error {
	m, invites, err := d.welcomeMail(u)
	if err != nil {
		return err
	}
	if err := d.store.CreateInvites(ctx, invites); err != nil {
		return err
	}
	return d.store.EnqueueMail(ctx, m)
}
