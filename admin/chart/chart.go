// Package chart draws statistics as pictures to take away: SVG and PNG, light and dark.
package chart

import (
	"math"
	"strconv"

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

// Colours of the series, as the panel has them.
var (
	lightColors = colors("#19609f", "#2f8f5b", "#a94e06", "#6a4fc0")
	darkColors  = colors("#71b5f2", "#67ce97", "#ffae66", "#b3a0fa")
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

// Draw returns the picture.
func Draw(c Chart, l Look) ([]byte, error) {
	colours := theme(l.Dark)
	p := charts.NewPainter(charts.PainterOptions{
		OutputFormat: string(l.Format), Width: l.Width, Height: l.Height, Theme: colours,
	})
	values, names := make([][]float64, len(c.Series)), make([]string, len(c.Series))
	for i, s := range c.Series {
		values[i], names[i] = s.Values, s.Name
	}
	title := charts.TitleOption{Text: c.Title, Offset: charts.OffsetLeft}
	legend := charts.LegendOption{SeriesNames: names, Offset: charts.OffsetRight}
	var err error
	if c.Kind == Lines {
		opt := charts.NewLineChartOptionWithData(values)
		opt.Title, opt.Legend, opt.XAxis.Labels = title, legend, c.Labels
		opt.Theme, opt.ValueFormatter, opt.Symbol.Shape, opt.LineStrokeWidth = colours, short, charts.SymbolDot, 2
		opt.YAxis = []charts.YAxisOption{{Min: charts.Ptr(0.0)}}
		err = p.LineChart(opt)
	} else {
		opt := charts.NewBarChartOptionWithData(values)
		opt.Title, opt.Legend, opt.CategoryAxis.Labels = title, legend, c.Labels
		opt.Theme, opt.ValueFormatter, opt.Horizontal = colours, short, c.Kind == Bars
		opt.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0)}}
		err = p.BarChart(opt)
	}
	if err != nil {
		return nil, err
	}
	return p.Bytes()
}

// short returns a number without needless zeros.
func short(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
