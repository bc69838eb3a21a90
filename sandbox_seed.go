package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"chamados/domain"
)

const seedDomain = "exemplo.com.br"

func seedAddress(first string) string {
	plain := strings.NewReplacer("á", "a", "ã", "a", "é", "e", "í", "i", "ó", "o", "ç", "c").Replace(strings.ToLower(first))
	return plain + "@" + seedDomain
}

// seeder fills an empty database by the same use-cases that people use, so that the
// history is as true as theirs; only the clock is its own.
type seeder struct {
	store domain.Store
	desk  *domain.Desk
	clock time.Time
	start time.Time
	users map[string]domain.User
	rules []domain.Option // of the desk
}

// chatCards is how many tickets are opened after the chats are linked.
const chatCards = 3

// seed fills the database unless there are accounts already. hash is the password of
// everybody; rules are what the desk promises.
func seed(ctx context.Context, store domain.Store, passwords domain.Passwords, hash string, now time.Time, rules ...domain.Option) error {
	present, err := store.Users(ctx, domain.UserFilter{Limit: 1})
	if err != nil || len(present) > 0 {
		return err
	}
	s := &seeder{store: store, start: now, users: map[string]domain.User{}, rules: rules}
	if err := s.people(ctx, hash); err != nil {
		return fmt.Errorf("sandbox people: %w", err)
	}
	s.desk = s.deskOn(quiet{store}, passwords)
	early, late := seedTickets[:len(seedTickets)-chatCards], seedTickets[len(seedTickets)-chatCards:]
	if err := s.tickets(ctx, early); err != nil {
		return err
	}
	s.clock = s.start
	if err := s.desk.TendDue(ctx); err != nil {
		return fmt.Errorf("sandbox targets: %w", err)
	}
	s.desk = s.deskOn(store, passwords)
	if err := s.chats(ctx); err != nil {
		return fmt.Errorf("sandbox chats: %w", err)
	}
	return s.tickets(ctx, late)
}

func (s *seeder) deskOn(store domain.Store, passwords domain.Passwords) *domain.Desk {
	return domain.NewDesk(store, passwords, func() time.Time { return s.clock }, s.rules...)
}

// quiet is a store that tells nobody of what is recorded: the past of the sandbox is not
// news to anyone, neither in chat nor by mail.
type quiet struct{ domain.Store }

func (q quiet) Record(ctx context.Context, r *domain.Record) error {
	r.Notices = nil
	return q.Store.Record(ctx, r)
}

func (q quiet) Atomically(ctx context.Context, fn func(domain.Store) error) error {
	return q.Store.Atomically(ctx, func(s domain.Store) error { return fn(quiet{s}) })
}

func (s *seeder) people(ctx context.Context, hash string) error {
	s.clock = s.start.Add(-30 * 24 * time.Hour)
	for _, p := range seedPeople {
		u, err := s.store.CreateUser(ctx, domain.User{
			Name: p.name(), Email: p.email(), Role: p.role, Active: true, HasPassword: true,
			Lang: domain.LangPortuguese, CreatedAt: s.clock, UpdatedAt: s.clock,
		}, hash)
		if err != nil {
			return err
		}
		s.users[p.first] = u
	}
	return nil
}

// chats links everybody who has Telegram, and the IT group.
func (s *seeder) chats(ctx context.Context) error {
	for _, p := range seedPeople {
		if !p.linked {
			continue
		}
		token, err := s.desk.Invite(ctx, domain.System, s.users[p.first].ID, domain.InviteTelegram)
		if err != nil {
			return err
		}
		profile := domain.TelegramProfile{ID: p.telegram, Name: p.name(), Lang: domain.LangPortuguese}
		if _, err := s.desk.LinkTelegram(ctx, token, profile); err != nil {
			return err
		}
	}
	return s.desk.ConnectGroup(ctx, domain.System, domain.Group{ChatID: sandboxGroup, Title: sandboxGroupName})
}

func (s *seeder) tickets(ctx context.Context, list []seedTicket) error {
	for _, t := range list {
		s.clock = s.start.Add(-time.Duration(t.hoursAgo) * time.Hour)
		if err := s.desk.TendDue(ctx); err != nil {
			return fmt.Errorf("sandbox targets: %w", err)
		}
		if err := s.ticket(ctx, t); err != nil {
			return fmt.Errorf("sandbox ticket %q: %w", t.title, err)
		}
	}
	return nil
}

func (s *seeder) actor(first string, ch domain.Channel) domain.Actor {
	return domain.Actor{User: s.users[first], Channel: ch}
}

func (s *seeder) ticket(ctx context.Context, t seedTicket) error {
	requester, helper := s.actor(t.who, domain.ChannelChat), s.actor("Ana", domain.ChannelPanel)
	opened, err := s.desk.Open(ctx, requester, domain.NewTicket{
		Title: t.title, Description: t.text, Category: t.category, Urgency: t.priority,
	})
	if err != nil {
		return err
	}
	if t.assignee != "" {
		helper = s.actor(t.assignee, domain.ChannelChat)
		s.later()
		if _, err := s.desk.Take(ctx, helper, opened.ID); err != nil {
			return err
		}
	}
	for _, c := range t.comments {
		s.later()
		who := requester
		if c.it {
			who = helper
		}
		if _, err := s.desk.Comment(ctx, who, opened.ID, domain.NewComment{Text: c.text, Internal: c.internal}); err != nil {
			return err
		}
	}
	return s.finish(ctx, opened.ID, t.status, requester, helper)
}

// finish moves a ticket to where the story leaves it, by whoever would have done it.
func (s *seeder) finish(ctx context.Context, id int64, status domain.Status, requester, helper domain.Actor) error {
	path := []domain.Status{status}
	who := helper
	switch status {
	case domain.StatusOpen, domain.StatusInProgress:
		return nil
	case domain.StatusClosed:
		path = []domain.Status{domain.StatusResolved, domain.StatusClosed}
	case domain.StatusCancelled:
		who = requester
	}
	for _, next := range path {
		s.later()
		if _, err := s.desk.Change(ctx, who, id, domain.TicketChange{Status: &next}, 0); err != nil {
			return err
		}
	}
	if status != domain.StatusClosed {
		return nil
	}
	s.later()
	_, err := s.desk.Rate(ctx, requester, id, domain.NewRating{Stars: domain.MaxStars - int(id%3)})
	return err
}

// later lets a few minutes pass; a story of eight steps fits into the hour that the
// youngest ticket is old.
func (s *seeder) later() { s.clock = s.clock.Add(7 * time.Minute) }
