package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"chamados/domain"
	"chamados/domain/i18n"
)

func (c *cli) userCommand() *cobra.Command {
	cmd := c.family(c.command("user", &cobra.Command{Use: "user"}))
	cmd.AddCommand(c.userAddCommand(), c.userListCommand(), c.userResetCommand(), c.userRoleCommand("promote", domain.RoleIT),
		c.userRoleCommand("demote", domain.RoleEmployee))
	return cmd
}

// access is how a person gets into an account: nothing is printed that was not asked for.
type access struct{ link, generate, stdin, mail bool }

func (a *access) flags(c *cli, cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.link, "link", false, c.text("flag.link"))
	cmd.Flags().BoolVar(&a.generate, "generate", false, c.text("flag.generate"))
	cmd.Flags().BoolVar(&a.stdin, "password-stdin", false, c.text("flag.password_stdin"))
	cmd.Flags().BoolVar(&a.mail, "mail", false, c.text("flag.mail"))
	cmd.MarkFlagsMutuallyExclusive("link", "generate", "password-stdin", "mail")
}

// password returns the password that the command gives the account, "" for none.
func (a *access) password(in io.Reader) (string, error) {
	switch {
	case a.generate:
		return strings.ToLower(rand.Text()[:16]), nil
	case a.stdin:
		line, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	return "", nil
}

// grant does what is left to do for an account that has been written, and tells of it.
func (a *access) grant(ctx context.Context, c *cli, p *Program, out io.Writer, u domain.User, password string) error {
	switch {
	case a.generate:
		fmt.Fprintln(out, c.text("user.password", "Password", password))
	case a.link:
		token, err := p.desk.Invite(ctx, domain.System, u.ID, domain.InvitePassword)
		if err != nil {
			return err
		}
		base, err := p.publicURL()
		if err != nil {
			return err
		}
		fmt.Fprintln(out, c.text("user.link", "Link", base+"/senha?convite="+token))
	case a.mail:
		if !p.config.Mail.Configured() {
			return errors.New(c.text("user.no_mail"))
		}
		if err := p.desk.Welcome(ctx, domain.System, u.ID); err != nil {
			return err
		}
		fmt.Fprintln(out, c.text("user.mailed", "Email", u.Email))
	}
	return nil
}

func (c *cli) userAddCommand() *cobra.Command {
	n := domain.NewUser{}
	var role string
	var way access
	cmd := c.command("user.add", &cobra.Command{
		Use:  "add " + c.text("word.email") + " --name " + c.text("word.name"),
		Args: c.exactly(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			n.Email, n.Role = args[0], roleOf(role)
			if n.Password, err = way.password(cmd.InOrStdin()); err != nil {
				return err
			}
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				u, err := p.desk.CreateUser(ctx, domain.System, n)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				fmt.Fprintln(out, c.text("user.added", "ID", u.ID, "Email", u.Email, "Role", i18n.Role(c.lang, u.Role)))
				if !way.link && !way.mail && n.Password == "" {
					fmt.Fprintln(out, c.text("user.no_password", "Email", u.Email))
				}
				return way.grant(ctx, c, p, out, u, n.Password)
			})
		},
	})
	cmd.Flags().StringVar(&n.Name, "name", "", c.text("flag.name"))
	cmd.Flags().StringVar(&role, "role", string(domain.RoleEmployee), c.text("flag.role"))
	_ = cmd.MarkFlagRequired("name")
	way.flags(c, cmd)
	return cmd
}

// roleOf takes the words of the wire and their English names.
func roleOf(s string) domain.Role {
	switch strings.ToLower(s) {
	case "it":
		return domain.RoleIT
	case "employee", "funcionário":
		return domain.RoleEmployee
	}
	return domain.Role(strings.ToLower(s))
}

func (c *cli) userResetCommand() *cobra.Command {
	var way access
	cmd := c.command("user.reset", &cobra.Command{
		Use:  "reset-password " + c.text("word.email"),
		Args: c.exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := way.password(cmd.InOrStdin())
			if err != nil {
				return err
			}
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				u, err := p.desk.AccountByEmail(ctx, args[0])
				if err != nil {
					return err
				}
				if way.generate || way.stdin {
					if err := p.desk.SetPassword(ctx, u.ID, password); err != nil {
						return err
					}
					fmt.Fprintln(cmd.OutOrStdout(), c.text("user.password_set", "Email", u.Email))
				}
				return way.grant(ctx, c, p, cmd.OutOrStdout(), u, password)
			})
		},
	})
	way.flags(c, cmd)
	cmd.MarkFlagsOneRequired("link", "generate", "password-stdin", "mail")
	return cmd
}

func (c *cli) userRoleCommand(name string, role domain.Role) *cobra.Command {
	return c.command("user."+name, &cobra.Command{
		Use:  name + " " + c.text("word.email"),
		Args: c.exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				u, err := p.desk.AccountByEmail(ctx, args[0])
				if err == nil {
					u, err = p.desk.UpdateUser(ctx, domain.System, u.ID, domain.UserChange{Role: &role})
				}
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), c.text("user.role_set", "Email", u.Email, "Role", i18n.Role(c.lang, u.Role)))
				return nil
			})
		},
	})
}

// listedUser is an account as scripts read it; the words are those of the API.
type listedUser struct {
	ID       int64       `json:"id"`
	Name     string      `json:"nome"`
	Email    string      `json:"email"`
	Role     domain.Role `json:"tipo"`
	Active   bool        `json:"ativo"`
	Password bool        `json:"tem_senha"`
	Telegram bool        `json:"telegram_vinculado"`
}

func (c *cli) userListCommand() *cobra.Command {
	var f domain.UserFilter
	var role string
	var inactive, asJSON bool
	cmd := c.command("user.list", &cobra.Command{
		Use:  "list",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.Role = roleOf(role)
			if active := !inactive; !inactive {
				f.Active = &active
			}
			return c.withDesk(cmd, func(ctx context.Context, p *Program) error {
				users, err := p.desk.Users(ctx, domain.System, f)
				if err != nil {
					return err
				}
				if asJSON {
					return writeUsers(cmd.OutOrStdout(), users)
				}
				return c.tabulateUsers(cmd.OutOrStdout(), users)
			})
		},
	})
	cmd.Flags().StringVar(&role, "role", "", c.text("flag.role"))
	cmd.Flags().StringVar(&f.Search, "search", "", c.text("flag.search"))
	cmd.Flags().BoolVar(&inactive, "all", false, c.text("flag.inactive"))
	cmd.Flags().BoolVar(&asJSON, "json", false, c.text("flag.json"))
	return cmd
}

// writeUsers writes an account a line.
func writeUsers(out io.Writer, users []domain.User) error {
	lines := json.NewEncoder(out)
	for _, u := range users {
		if err := lines.Encode(listedUser{u.ID, u.Name, u.Email, u.Role, u.Active, u.HasPassword, u.TelegramID != 0}); err != nil {
			return err
		}
	}
	return nil
}

func (c *cli) tabulateUsers(out io.Writer, users []domain.User) error {
	yes := func(b bool) string {
		if b {
			return c.text("word.yes")
		}
		return c.text("word.no")
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, c.text("user.head"))
	for _, u := range users {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n",
			u.ID, u.Name, u.Email, i18n.Role(c.lang, u.Role), yes(u.Active), yes(u.HasPassword), yes(u.TelegramID != 0))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, c.count("user.total", len(users)))
	return err
}
