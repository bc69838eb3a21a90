package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"chamados/bot"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/bot/notify"
	"chamados/bot/telegram"
	"chamados/domain"
)

// startBot runs the bot in the background, so that the panel serves even while Telegram is
// away.
func (p *Program) startBot(ctx context.Context) error {
	t := p.config.Telegram
	if t.Token == "" {
		p.log.Warn("the bot is off: set TELEGRAM_BOT_TOKEN")
		return nil
	}
	if err := p.configuredGroups(ctx); err != nil {
		return err
	}
	client, err := telegram.New(telegram.Options{Token: string(t.Token), API: t.APIURL})
	if err != nil {
		return fmt.Errorf("telegram.token (TELEGRAM_BOT_TOKEN): %w", err)
	}
	p.early = append(p.early, p.background("bot", func(ctx context.Context) error {
		defer client.Close()
		name, err := p.meet(ctx, client)
		if err != nil {
			return err
		}
		p.botName.Store(&name)
		return p.runBot(ctx, client, name)
	}))
	return nil
}

// meet asks Telegram who the bot is until it answers.
func (p *Program) meet(ctx context.Context, client *telegram.Client) (name string, err error) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		if _, name, err = client.Me(ctx); err == nil {
			return name, nil
		}
		p.log.Warn("Telegram does not say who the bot is; trying again", "in", wait.String(), "error", err)
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(wait):
		}
	}
}

// runBot takes updates in, handles them, fetches files and delivers messages, until ctx
// ends.
func (p *Program) runBot(ctx context.Context, client *telegram.Client, name string) error {
	router := p.newRouter(name)
	worker, relay, files := p.newWorker(client, name, router), p.newRelay(client, router), p.newFiles(client)
	menus := newMenus(client, p.desk, p.log)
	stop := p.db.OnWake(func(w storageWake) {
		worker.Wake(w.InboxLanes)
		relay.Wake(w.OutboxLanes)
		relay.WakeForNotices(w.NoticeLanes)
		menus.changed(w.Users)
		if w.Files || w.Missed {
			files.Wake()
		}
		if w.Missed {
			relay.WakeAll()
		}
	})
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return worker.Run(ctx) })
	g.Go(func() error { return relay.Run(ctx) })
	g.Go(func() error { return files.Run(ctx) })
	g.Go(func() error { return p.intake(ctx, client) })
	g.Go(func() error { return menus.run(ctx) })
	return g.Wait()
}

func (p *Program) newRouter(name string) *bot.Router {
	return bot.NewRouter(bot.Options{
		Desk: p.desk, Now: p.now, BotUsername: name, PanelURL: p.config.HTTP.PublicURL,
		DefaultLang: p.config.Desk.Language, Location: p.config.Desk.Location(), Log: p.log, Signup: p.signup(),
	})
}

func (p *Program) newWorker(client *telegram.Client, name string, router *bot.Router) *bot.Worker {
	return bot.NewWorker(bot.WorkerOptions{
		Inbox: p.inbox(), Handler: router, Answerer: client, Letterbox: p.db,
		Decode:   func(raw []byte) (chat.Update, error) { return telegram.Decode(client.BotID(), name, raw) },
		Parallel: p.config.Telegram.Workers, Now: p.now, Log: p.log,
	})
}

// signup lets strangers prove their address, where codes can be mailed at all.
func (p *Program) signup() *bot.Signup {
	if p.mailer == nil && !p.config.Mail.Configured() {
		return nil
	}
	return &bot.Signup{
		Rules: domain.SignupRules{Domains: p.config.Signup.AllowedDomains, CodeKey: p.secret}, Throttle: p.db,
	}
}

func (p *Program) newRelay(client *telegram.Client, router *bot.Router) *notify.Relay {
	return notify.New(notify.Options{
		Outbox: p.outbox(), Tickets: p.db, Desk: p.desk, Sender: client,
		Renderer:  renderer{panelURL: p.config.HTTP.PublicURL, location: p.config.Desk.Location()},
		GroupLang: p.config.Desk.Language, Now: p.now, Log: p.log, Limits: p.limits, Undelivered: p.mailInstead,
		ThreadGone: p.topicGone,
		GroupLost: func(ctx context.Context, chatID int64) (lost bool, err error) {
			err = p.db.Atomically(ctx, func(s domain.Store) error {
				lost, err = router.GroupLost(ctx, s.(domain.Tx), chatID)
				return err
			})
			return lost, err
		},
	})
}

func (p *Program) newFiles(client *telegram.Client) *bot.Files {
	return bot.NewFiles(bot.FilesOptions{
		Store: p.db.Files(), Source: client, Letterbox: p.db, DefaultLang: p.config.Desk.Language, Now: p.now, Log: p.log,
	})
}

// intake polls, or tells Telegram where to deliver.
func (p *Program) intake(ctx context.Context, client *telegram.Client) error {
	address := p.config.Telegram.Webhook()
	if address == "" {
		return telegram.NewPoller(client, telegram.PollerOptions{
			Inbox: p.inbox(), Leader: p.db, Now: p.now, Log: p.log, Conflict: func() { p.metrics.PollConflict(p.now()) },
		}).Run(ctx)
	}
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := client.SetWebhook(ctx, address, p.webhookSecret())
		if err == nil {
			return nil
		}
		p.log.Warn("Telegram did not take the webhook; trying again", "in", wait.String(), "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// webhookHandler takes deliveries, also before the bot knows its name; nil when polling.
func (p *Program) webhookHandler() http.Handler {
	id, err := p.config.Telegram.BotID()
	if err != nil || p.config.Telegram.WebhookURL == "" {
		return nil
	}
	return &telegram.Webhook{BotID: id, Secret: p.webhookSecret(), Inbox: p.inbox(), Now: p.now, Log: p.log}
}

// webhookSecret is what Telegram has to send along: derived from the key and the token, so
// that all replicas agree and nothing has to be stored.
func (p *Program) webhookSecret() string {
	mac := hmac.New(sha256.New, p.secret)
	mac.Write([]byte("webhook " + string(p.config.Telegram.Token)))
	return hex.EncodeToString(mac.Sum(nil))
}

// renderer draws cards and notices for the relay.
type renderer struct {
	panelURL string
	location *time.Location
}

func (r renderer) options(reader notify.Reader) card.Options {
	o := card.Options{
		For: card.Requester, Now: reader.Now, PanelURL: r.panelURL, Reachable: reader.Reachable, Former: reader.Former,
		Moved:    reader.Moved,
		Location: r.location,
	}
	if reader.IT {
		o.For = card.IT
	}
	return o
}

// Card draws a ticket's live card.
func (r renderer) Card(reader notify.Reader, v domain.TicketView) chat.Outgoing {
	return card.Ticket(reader.Lang, v, r.options(reader))
}

// Notice draws the message that tells of events.
func (r renderer) Notice(reader notify.Reader, t domain.Ticket, events []domain.NoticeEventView) chat.Outgoing {
	return card.Notice(reader.Lang, t, events, r.options(reader))
}

// Alarms draws a message that warns.
func (r renderer) Alarms(reader notify.Reader, alarms []notify.Alarm) chat.Outgoing {
	list := make([]card.Alarm, len(alarms))
	for i, a := range alarms {
		list[i] = card.Alarm(a)
	}
	return card.Alarms(reader.Lang, list, r.options(reader))
}
