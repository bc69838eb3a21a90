// Package chart draws statistics as pictures, SVG and PNG, light and dark, for both doors:
// chat and browser show the same ones.
package chart

import (
	"math"
	"strconv"
	"strings"

	"github.com/go-analyze/charts"
)

// Format is the kind of file.
type Format string

// The formats that there are.
const (
	SVG Format = charts.ChartOutputSVG
	PNG Format = charts.ChartOutputPNG
)

// Kind is how values are drawn.
type Kind int

const (
	Columns Kind = iota // upright bars, side by side
	Bars                // lying bars, for names
	Lines
)

// Chart is what is drawn. Every series has one value for each label.
type Chart struct {
	Title  string
	Kind   Kind
	Labels []string
	Series []Series
	Past   bool // the second series is an earlier period, to compare with
	Comma  bool // numbers are written with a decimal comma
}

// Unknown is the value where nothing was measured: a line has a gap there.
var Unknown = charts.GetNullValue()

// Series are values with a name.
type Series struct {
	Name   string
	Values []float64
}

// Look is how large and in which colours.
type Look struct {
	Format        Format
	Width, Height int
	Dark          bool
}

// Colours of the series, as the panel has them, and of an earlier period.
var (
	lightColors = colors("#19609f", "#2f8f5b", "#a94e06", "#6a4fc0")
	darkColors  = colors("#71b5f2", "#67ce97", "#ffae66", "#b3a0fa")
	lightPast   = charts.ParseColor("#b9c6c1")
	darkPast    = charts.ParseColor("#5b6864")
)

func colors(hex ...string) []charts.Color {
	out := make([]charts.Color, len(hex))
	for i, h := range hex {
		out[i] = charts.ParseColor(h)
	}
	return out
}

func theme(dark bool) charts.ColorPalette {
	if dark {
		return charts.GetTheme(charts.ThemeDark).WithSeriesColors(darkColors).WithBackgroundColor(charts.ParseColor("#1a1f1e"))
	}
	return charts.GetTheme(charts.ThemeLight).WithSeriesColors(lightColors).WithBackgroundColor(charts.ColorWhite)
}

// past returns the colours of a chart that compares with an earlier period.
func past(colours charts.ColorPalette) charts.ColorPalette {
	if colours.IsDark() {
		return colours.WithSeriesColors([]charts.Color{darkColors[0], darkPast})
	}
	return colours.WithSeriesColors([]charts.Color{lightColors[0], lightPast})
}

// print is how a chart's letters look; the zero value leaves that to the library.
type print struct {
	size    float64
	ink     charts.Color
	numbers bool // on the columns
}

func (p print) font() charts.FontStyle {
	if p.size == 0 {
		return charts.FontStyle{}
	}
	return style(p.size, p.ink, false)
}

// Draw returns the picture.
func Draw(c Chart, l Look) ([]byte, error) {
	colours := theme(l.Dark)
	p := charts.NewPainter(charts.PainterOptions{
		OutputFormat: string(l.Format), Width: l.Width, Height: l.Height, Theme: colours,
	})
	if err := draw(p, c, colours, print{}); err != nil {
		return nil, err
	}
	return p.Bytes()
}

func draw(p *charts.Painter, c Chart, colours charts.ColorPalette, letters print) error {
	if c.Past {
		colours = past(colours)
	}
	values, names := make([][]float64, len(c.Series)), make([]string, len(c.Series))
	for i, s := range c.Series {
		values[i], names[i] = s.Values, s.Name
	}
	title := charts.TitleOption{Text: c.Title, Offset: charts.OffsetLeft}
	legend := charts.LegendOption{SeriesNames: names, Offset: charts.OffsetRight, FontStyle: letters.font()}
	if c.Kind == Lines {
		opt := charts.NewLineChartOptionWithData(values)
		opt.Title, opt.Legend, opt.XAxis.Labels, opt.XAxis.LabelFontStyle = title, legend, c.Labels, letters.font()
		opt.Theme, opt.ValueFormatter, opt.Symbol.Shape, opt.LineStrokeWidth = colours, short, charts.SymbolDot, 2
		opt.YAxis = []charts.YAxisOption{{Min: charts.Ptr(0.0), LabelFontStyle: letters.font()}}
		if letters.size > 0 {
			opt.LineStrokeWidth, opt.XAxis.LabelCount, opt.XAxis.BoundaryGap = 4, len(c.Labels), charts.Ptr(true)
		}
		return p.LineChart(opt)
	}
	opt := charts.NewBarChartOptionWithData(values)
	opt.Title, opt.Legend, opt.CategoryAxis.Labels, opt.CategoryAxis.LabelFontStyle = title, legend, c.Labels, letters.font()
	opt.Theme, opt.ValueFormatter, opt.Horizontal = colours, short, c.Kind == Bars
	opt.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), LabelFontStyle: letters.font()}}
	if letters.numbers {
		opt.ValueAxis[0].Show = charts.Ptr(false)
		opt.CategoryAxis.LabelCount = len(c.Labels)
		for i := range opt.SeriesList {
			if i > 0 && c.Past {
				break
			}
			opt.SeriesList[i].Label = charts.SeriesLabel{Show: charts.Ptr(true), FontStyle: letters.font(), ValueFormatter: c.positive}
		}
	}
	return p.BarChart(opt)
}

// short returns a number without needless zeros.
func short(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// positive is short, with nothing to say of zero and the decimal sign of the chart.
func (c Chart) positive(v float64) string {
	if v == 0 {
		return ""
	}
	text := short(math.Round(v*10) / 10)
	if c.Comma {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}
