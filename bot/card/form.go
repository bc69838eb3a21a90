package card

import (
	"strconv"
	"strings"
	"time"

	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// form shows a newcomer's data; "" for other tickets.
func form(lang domain.Lang, t domain.Ticket) string {
	if t.Category != domain.CategoryNewCollaborator {
		return ""
	}
	n, err := domain.ParseNewCollaborator(t.Extra)
	if err != nil {
		return ""
	}
	return formLines(lang, n)
}

func formLines(lang domain.Lang, n domain.NewCollaborator) string {
	return lines(
		formLine(lang, flow.StepName, n.Name), formLine(lang, flow.StepBirth, date(lang, n.BirthDate)),
		formLine(lang, flow.StepStart, date(lang, n.StartDate)),
		formLine(lang, flow.StepEquipment, toggles(lang, flow.Equipment, n)),
		formLine(lang, flow.StepApps, toggles(lang, flow.Apps, n)),
		formLine(lang, flow.StepFolders, n.Folders),
	)
}

func formLine(lang domain.Lang, s flow.Step, value string) string {
	if value == "" {
		return ""
	}
	return fieldName(lang, s) + ": <b>" + cut(value, maxName) + "</b>"
}

func fieldName(lang domain.Lang, s flow.Step) string {
	return Text(lang, "bot.step."+string(s), nil)
}

// date shows a stored day as people write it.
func date(lang domain.Lang, stored string) string {
	day, err := time.Parse(domain.DateLayout, stored)
	if err != nil {
		return stored
	}
	return i18n.Date(lang, day)
}

func toggles(lang domain.Lang, all []flow.Toggle, n domain.NewCollaborator) string {
	var on []string
	for _, t := range all {
		if t.On(n) {
			on = append(on, toggleName(lang, t))
		}
	}
	return strings.Join(on, ", ")
}

func toggleName(lang domain.Lang, t flow.Toggle) string {
	return i18n.Text(lang, "bot.toggle."+string(t), nil)
}
