package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"chamados/domain"
)

func importRows(n int) []domain.ImportRow {
	rows := make([]domain.ImportRow, n)
	for i := range rows {
		rows[i] = domain.ImportRow{Line: i + 2, Name: fmt.Sprintf("Pessoa %d", i), Email: fmt.Sprintf("p%d@exemplo.com", i), Role: domain.RoleEmployee}
	}
	return rows
}

func TestImport(t *testing.T) {
	h := newHouse(t)
	it, ana := h.user("ti", domain.RoleIT), h.user("ana", domain.RoleEmployee)
	rows := importRows(1200)
	rows[3].Email = "ANA@exemplo.com"
	rows[4].Email = "P0@EXEMPLO.com"
	rows[5].Name = ""
	rows[6].Role = "chefe"
	if _, err := h.desk.CheckImport(t.Context(), ana, rows); domain.CodeOf(err) != domain.CodeForbidden {
		t.Errorf("an employee: %v", err)
	}
	before := h.whole("usuarios")
	check, err := h.desk.CheckImport(t.Context(), it, rows)
	h.must(err)
	if check.Created != 1196 || check.Failed != 4 || h.whole("usuarios") != before {
		t.Errorf("checked: %d good, %d bad", check.Created, check.Failed)
	}
	var steps []int
	report, err := h.desk.ImportUsers(t.Context(), it, rows, func(done int) { steps = append(steps, done) })
	h.must(err)
	if report.Created != 1196 || report.Failed != 4 || fmt.Sprint(steps) != "[500 1000 1200]" {
		t.Errorf("%d good, %d bad, %v", report.Created, report.Failed, steps)
	}
	for i, key := range map[int]string{3: "email_taken", 4: "email_repeated", 5: "invalid", 6: "invalid"} {
		if e := report.Results[i].Err; e == nil || e.Key != key || report.Results[i].Line != i+2 {
			t.Errorf("row %d: %+v", i, report.Results[i])
		}
	}
	if n := h.count(`SELECT count(*) FROM correio WHERE tipo = 'boas_vindas'`); n != 1196 {
		t.Errorf("%d welcomes", n)
	}
	if n := h.count(`SELECT count(*) FROM convites`); n != 2*1196 {
		t.Errorf("%d links", n)
	}
	m := h.claimed(1)[0]
	if u := must(t, must1(h.desk.InvitedAccount(t.Context(), m.Secrets.PasswordToken, domain.InvitePassword)), nil); u.ID != m.UserID || u.HasPassword {
		t.Errorf("the link is for %+v", u)
	}
	linked, err := h.desk.LinkTelegram(t.Context(), m.Secrets.TelegramToken, domain.TelegramProfile{ID: 77})
	if err != nil || linked.User.ID != m.UserID {
		t.Errorf("%+v %v", linked, err)
	}
	again, err := h.desk.ImportUsers(t.Context(), it, rows, func(int) {})
	if err != nil || again.Created != 0 {
		t.Errorf("again: %d made (%v)", again.Created, err)
	}
}

func TestImportJobs(t *testing.T) {
	h := newHouse(t)
	it := h.user("ti", domain.RoleIT)
	j, err := h.desk.DraftImport(t.Context(), it, "../pessoas.csv", []byte("x"), 3)
	h.must(err)
	h.must(h.desk.StartImport(t.Context(), it, j.ID, 600))
	if err := h.desk.StartImport(t.Context(), it, j.ID, 600); err != domain.ErrImportStarted {
		t.Errorf("started twice: %v", err)
	}
	var told []int
	_, err = h.desk.RunImport(t.Context(), it, j.ID, importRows(600), func(j domain.ImportJob) {
		told = append(told, j.Done)
		if j.Done == 500 {
			return
		}
	})
	h.must(err)
	got, err := h.desk.Import(t.Context(), it, j.ID)
	h.must(err)
	if got.State != domain.ImportDone || got.Done != 600 || got.Report.Created != 600 || got.Content != nil || got.FileName != "pessoas.csv" || len(told) != 4 {
		t.Errorf("%s %d %d %v %s", got.State, got.Done, got.Report.Created, told, got.FileName)
	}
	if _, err := h.desk.Import(t.Context(), it, "x"); err != domain.ErrImportNotFound {
		t.Errorf("unknown: %v", err)
	}
	broken, err := h.desk.DraftImport(t.Context(), it, "a.csv", []byte("x"), 3)
	h.must(err)
	h.must(h.desk.StartImport(t.Context(), it, broken.ID, 3))
	h.clock.Add(2 * domain.CodeTTL)
	if got, _ := h.desk.Import(t.Context(), it, broken.ID); got.State != domain.ImportFailed {
		t.Errorf("a silent import is %s", got.State)
	}
}

func TestAnonymise(t *testing.T) {
	h := newHouse(t)
	it, ana := h.user("ti", domain.RoleIT), h.user("ana", domain.RoleEmployee)
	h.link(ana, 601)
	ticket, err := h.desk.Open(t.Context(), ana, domain.NewTicket{Title: "T", Description: "d", Category: domain.CategoryOther})
	h.must(err)
	_, err = h.desk.Invite(t.Context(), it, ana.ID, domain.InvitePassword)
	h.must(err)
	h.must(h.desk.Welcome(t.Context(), it, ana.ID))
	if err := h.desk.Anonymise(t.Context(), ana, ana.ID, "x"); domain.CodeOf(err) != domain.CodeForbidden {
		t.Errorf("by an employee: %v", err)
	}
	if err := h.desk.Anonymise(t.Context(), it, it.ID, "x"); err != domain.ErrLastIT {
		t.Errorf("the last of IT: %v", err)
	}
	for range 2 {
		h.must(h.desk.Anonymise(t.Context(), it, ana.ID, "Pessoa removida"))
	}
	u, err := h.desk.Account(t.Context(), ana.ID)
	if err != nil || u.Active || u.Name != "Pessoa removida" || u.TelegramID != 0 || u.HasPassword {
		t.Errorf("%+v (%v)", u, err)
	}
	if v, err := h.desk.Ticket(t.Context(), it, ticket.ID); err != nil || v.Requester.Name != "Pessoa removida" {
		t.Errorf("the ticket: %v", err)
	}
	for _, table := range []string{"usuarios", "convites", "correio", "conversas", "entrada"} {
		if s := h.whole(table); strings.Contains(s, "ana@exemplo.com") || strings.Contains(s, "@ana") || table == "convites" && s != "" {
			t.Errorf("%s still tells of her: %s", table, s)
		}
	}
	if len(h.claimed(9)) != 0 {
		t.Error("mails still go to her")
	}
	h.user("ana", domain.RoleEmployee) // the address is free
}
