package card

import (
	"strconv"
	"strings"

	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Weekly tells in words what the picture of a week shows; the picture is added to it.
func Weekly(lang domain.Lang, w domain.Weekly, o Options) chat.Outgoing {
	day := func(s domain.Series) i18n.Args {
		layout := i18n.Text(lang, "series.week.day", nil)
		return i18n.Args{"From": s.Filter.From.Format(layout), "To": s.Filter.To.Format(layout)}
	}
	now, before := w.This.Total, w.Before.Total
	figure := func(key, value, was string) string {
		return Text(lang, "digest.week."+key, i18n.Args{"N": value, "Before": was})
	}
	count := func(key string, now, before int64) string {
		return figure(key, strconv.FormatInt(now, 10), strconv.FormatInt(before, 10))
	}
	rows := []string{
		count("opened", now.Opened, before.Opened), count("resolved", now.Resolved, before.Resolved),
		count("backlog", w.This.Backlog, w.Before.Backlog),
	}
	if now.Response.Count > 0 {
		rows = append(rows, figure("response", i18n.Took(lang, now.Response, now.Response.Median), i18n.Took(lang, before.Response, before.Response.Median)))
	}
	if now.SolutionOK.Decided > 0 {
		rows = append(rows, figure("kept", keptPart(now.SolutionOK), keptPart(before.SolutionOK)))
	}
	if now.RatingCount > 0 {
		rows = append(rows, figure("rating", mean(lang, now), mean(lang, before)))
	}
	out := chat.Outgoing{Text: blocks(Text(lang, "digest.week.title", day(w.This)), lines(rows...))}
	if public(o.PanelURL) {
		address := strings.TrimRight(o.PanelURL, "/") + "/estatisticas?de=" + w.This.Filter.From.Format(domain.DateLayout) +
			"&ate=" + w.This.Filter.To.Format(domain.DateLayout)
		out.Keyboard = [][]chat.Button{{{Text: i18n.Text(lang, "digest.button.statistics", nil), URL: address}}}
	}
	return out
}

func keptPart(k domain.Kept) string {
	if k.Decided == 0 {
		return "—"
	}
	return strconv.FormatInt(k.Met*100/k.Decided, 10) + "%"
}

func mean(lang domain.Lang, f domain.Figures) string {
	if f.RatingCount == 0 {
		return "—"
	}
	return i18n.Decimal(lang, f.Rating, 1)
}
