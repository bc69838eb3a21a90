package chart

import "github.com/go-analyze/charts"

// Report is a picture of several charts below some figures, to be read on a phone.
type Report struct {
	Title, Subtitle string
	Tiles           []Tile
	Rows            [][]Chart // one or two beside each other
}

// Tile is one figure, and how it compares.
type Tile struct {
	Name, Value, Change string
	Mood                Mood
}

// Mood is whether a change is welcome.
type Mood int

const (
	Neutral Mood = iota
	Good
	Bad
)

// Size of a report in pixels: what Telegram shows of a photo without making it smaller.
const (
	ReportWidth  = 960
	ReportHeight = 1280
)

// Places of a report's parts in pixels.
const (
	margin     = 36
	titleY     = 74
	subtitleY  = 116
	tilesTop   = 146
	tileHeight = 150
	rowsTop    = tilesTop + tileHeight + 22
	gap        = 18
)

// pen holds what the parts of a report are drawn with.
type pen struct {
	*charts.Painter
	dark bool
}

type reportColors struct{ paper, card, line, ink, faint, good, bad charts.Color }

func (p pen) colors() reportColors {
	c := func(s string) charts.Color { return charts.ParseColor(s) }
	if p.dark {
		return reportColors{c("#101413"), c("#1a1f1e"), c("#2c3432"), c("#f0f4f2"), c("#a3b0ab"), c("#67ce97"), c("#ff9d8a")}
	}
	return reportColors{c("#eef2f0"), c("#ffffff"), c("#dde5e2"), c("#16211d"), c("#5d6b66"), c("#1d7a49"), c("#b3391f")}
}

func style(size float64, color charts.Color, bold bool) charts.FontStyle {
	family := charts.FontFamilyNotoSans
	if bold {
		family = charts.FontFamilyNotoSansBold
	}
	return charts.FontStyle{FontSize: size, FontColor: color, Font: charts.GetFont(family)}
}

// DrawReport returns the picture of a report.
func DrawReport(r Report, format Format, dark bool) ([]byte, error) {
	p := pen{charts.NewPainter(charts.PainterOptions{
		OutputFormat: string(format), Width: ReportWidth, Height: ReportHeight, Theme: theme(dark),
	}), dark}
	c := p.colors()
	p.FilledRect(0, 0, ReportWidth, ReportHeight, c.paper, c.paper, 0)
	p.Text(r.Title, margin, titleY, 0, style(34, c.ink, true))
	p.Text(r.Subtitle, margin, subtitleY, 0, style(19, c.faint, false))
	for i, t := range r.Tiles {
		p.tile(t, i, len(r.Tiles))
	}
	height := (ReportHeight - margin - rowsTop - gap*(len(r.Rows)-1)) / max(len(r.Rows), 1)
	for i, row := range r.Rows {
		top := rowsTop + i*(height+gap)
		width := (ReportWidth - 2*margin - gap*(len(row)-1)) / len(row)
		for k, one := range row {
			left := margin + k*(width+gap)
			if err := p.panel(one, charts.Box{Left: left, Top: top, Right: left + width, Bottom: top + height}); err != nil {
				return nil, err
			}
		}
	}
	return p.Bytes()
}

// tile draws the i-th of n figures.
func (p pen) tile(t Tile, i, n int) {
	c := p.colors()
	width := (ReportWidth - 2*margin - gap*(n-1)) / n
	left := margin + i*(width+gap)
	p.FilledRect(left, tilesTop, left+width, tilesTop+tileHeight, c.card, c.line, 1)
	p.Text(p.fit(t.Name, width-24, style(15, c.faint, false)), left+14, tilesTop+34, 0, style(15, c.faint, false))
	p.Text(t.Value, left+14, tilesTop+90, 0, style(p.shrink(t.Value, width-24), c.ink, true))
	color := map[Mood]charts.Color{Neutral: c.faint, Good: c.good, Bad: c.bad}[t.Mood]
	p.Text(p.fit(t.Change, width-24, style(15, color, false)), left+14, tilesTop+128, 0, style(15, color, false))
}

// shrink returns the size at which a figure fits into a width.
func (p pen) shrink(text string, width int) float64 {
	size := 34.0
	for size > 16 && p.MeasureText(text, 0, style(size, charts.ColorBlack, true)).Width() > width {
		size--
	}
	return size
}

// fit shortens a text to a width.
func (p pen) fit(text string, width int, s charts.FontStyle) string {
	if p.MeasureText(text, 0, s).Width() <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && p.MeasureText(string(runes)+"…", 0, s).Width() > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// panel draws one chart on a card of its own.
func (p pen) panel(one Chart, box charts.Box) error {
	c := p.colors()
	p.FilledRect(box.Left, box.Top, box.Right, box.Bottom, c.card, c.line, 1)
	p.Text(p.fit(one.Title, box.Width()-36, style(18, c.ink, true)), box.Left+18, box.Top+38, 0, style(18, c.ink, true))
	inner := charts.Box{Left: box.Left + 16, Top: box.Top + 50, Right: box.Right - 16, Bottom: box.Bottom - 10}
	one.Title = ""
	if one.Kind == Bars {
		for i, label := range one.Labels {
			one.Labels[i] = p.fit(label, inner.Width()/3, style(14, c.ink, false))
		}
	}
	return draw(p.Child(charts.PainterBoxOption(inner)), one, theme(p.dark), print{size: 14, ink: c.faint, numbers: true})
}
