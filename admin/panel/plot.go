package panel

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size of a plot in its own units; the page stretches it to the room there is, so that it
// holds no text.
const (
	plotWidth  = 1000
	plotHeight = 240
)

// plot is a picture of values over time. Where its parts lie is in attributes, how they
// look in the style sheet, which knows the theme.
type plot struct {
	Name   string
	Keys   []plotKey
	Bars   []plotBar
	Lines  []plotLine
	Slots  []plotSlot
	Ticks  [3]string // top, middle, bottom
	Labels []string  // first, middle, last
	Blank  bool      // all values are zero or unknown
}

// plotKey is one entry of the legend.
type plotKey struct{ Class, Name string }

type plotBar struct {
	Class      string
	X, Y, W, H string
}

type plotLine struct {
	Class, Points, Area string
}

// plotSlot is the whole height at one label: it tells its values and leads to its tickets.
type plotSlot struct{ X, W, Title, Path string }

// Size returns the view box.
func (p plot) Size() string { return fmt.Sprintf("0 0 %d %d", plotWidth, plotHeight) }

// Grid returns the path of the horizontal lines.
func (p plot) Grid() string {
	return fmt.Sprintf("M0 0H%[1]dM0 %[2]dH%[1]dM0 %[3]dH%[1]d", plotWidth, plotHeight/2, plotHeight)
}

// scale fills in the ticks and returns how high a value stands.
func (p *plot) scale(series ...[]float64) func(float64) float64 {
	most := 0.0
	for _, values := range series {
		for _, v := range values {
			if v > most {
				most = v
			}
		}
	}
	top := niceTop(most)
	p.Blank = most == 0
	p.Ticks = [3]string{plotNumber(top), plotNumber(top / 2), "0"}
	return func(v float64) float64 { return v / top * plotHeight }
}

// niceTop returns the smallest of 2, 4, 6, 10 and their multiples of ten that is not less
// than v.
func niceTop(v float64) float64 {
	if v <= 2 {
		return 2
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 2, 4, 6, 8, 10} {
		if step*unit >= v {
			return step * unit
		}
	}
	return 10 * unit
}

func plotNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// at returns a coordinate as short as it can be.
func at(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// columns draws bars side by side.
func (p *plot) columns(series ...[]float64) {
	height := p.scale(series...)
	slot := float64(plotWidth) / float64(len(series[0]))
	width := slot * 0.72 / float64(len(series))
	for s, values := range series {
		for i, v := range values {
			if h := height(v); h > 0 {
				p.Bars = append(p.Bars, plotBar{
					Class: p.Keys[s].Class, X: at(slot*(float64(i)+0.14) + width*float64(s)), Y: at(plotHeight - h), W: at(width), H: at(h),
				})
			}
		}
	}
}

// lines draws one line for each series, with gaps where a value is not a number; filled
// fills what lies beneath.
func (p *plot) lines(filled bool, series ...[]float64) {
	height := p.scale(series...)
	for s, values := range series {
		slot := float64(plotWidth) / float64(len(values))
		var run []string
		end := func() {
			if len(run) == 0 {
				return
			}
			line := plotLine{Class: p.Keys[s].Class, Points: strings.Join(run, " ")}
			if len(run) == 1 {
				line.Class += " dot"
				line.Points += " " + run[0]
			}
			if filled {
				line.Area = fmt.Sprintf("%s,%d %s %s,%d", at(slot/2), plotHeight, line.Points, at(plotWidth-slot/2), plotHeight)
			}
			p.Lines, run = append(p.Lines, line), nil
		}
		for i, v := range values {
			if math.IsNaN(v) {
				end()
				continue
			}
			run = append(run, at(slot*(float64(i)+0.5))+","+at(plotHeight-height(v)))
		}
		end()
	}
}

// slots adds what is told at each label.
func (p *plot) slots(labels []string, tell func(i int) (title, path string)) {
	slot := float64(plotWidth) / float64(len(labels))
	for i := range labels {
		title, path := tell(i)
		p.Slots = append(p.Slots, plotSlot{X: at(slot * float64(i)), W: at(slot), Title: title, Path: path})
	}
	p.Labels = labels
	if n := len(labels); n > 3 {
		p.Labels = []string{labels[0], labels[n/2], labels[n-1]}
	}
}
