package chart_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chamados/domain"
	"chamados/internal/chart"
)

var (
	update   = flag.Bool("update", false, "write the golden files anew")
	pictures = flag.String("pictures", "", "a directory to draw the reports into, to be looked at")
)

// week is a busy week: every day something else, one day without a response, the weekend free.
func week(monday time.Time, scale int64) domain.Series {
	s := domain.Series{Filter: domain.SeriesFilter{From: monday, To: monday.AddDate(0, 0, 6), Step: domain.StepDay, Zone: time.UTC}}
	backlog := 14 + scale
	for day := range int64(7) {
		f := domain.Figures{Opened: (day*5+scale)%9 + 1, Resolved: (day*3 + 2*scale) % 8}
		if day >= 5 {
			f = domain.Figures{Opened: day - 5}
		}
		if day < 5 && day != 2 {
			f.Response = domain.Spread{Count: f.Opened, Median: time.Duration(30+20*day+7*scale) * time.Minute}
			f.Rating, f.RatingCount = 5-float64((day+scale)%4)/2, 2
		}
		backlog += f.Opened - f.Resolved
		s.Points = append(s.Points, domain.Point{Start: monday.AddDate(0, 0, int(day)), Backlog: backlog, Figures: f})
		s.Total.Opened += f.Opened
		s.Total.Resolved += f.Resolved
	}
	s.Backlog = backlog
	s.Total.Response = domain.Spread{Count: 20, Median: time.Duration(50+9*scale) * time.Minute}
	s.Total.Rating, s.Total.RatingCount = 4.6-float64(scale)/10, 8
	for i, c := range domain.Categories {
		s.Category = append(s.Category, domain.Slice{Key: string(c), Figures: domain.Figures{Opened: (int64(i)*4+scale)%11 + 1}})
	}
	return s
}

var monday = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

// weeks are what reports are drawn of, by the name of their golden file.
func weeks() map[string]domain.Weekly {
	empty := func(from time.Time) domain.Series {
		s := domain.Series{Filter: domain.SeriesFilter{From: from, To: from.AddDate(0, 0, 6), Step: domain.StepDay, Zone: time.UTC}}
		for day := range 7 {
			s.Points = append(s.Points, domain.Point{Start: from.AddDate(0, 0, day)})
		}
		return s
	}
	before := monday.AddDate(0, 0, -7)
	return map[string]domain.Weekly{
		"busy":  {This: week(monday, 3), Before: week(before, 1)},
		"first": {This: week(monday, 2), Before: empty(before)},
		"still": {This: empty(monday), Before: empty(before)},
	}
}

// The model says what every picture shows; the picture itself must be a whole one of its size.
func TestWeeklyReports(t *testing.T) {
	for _, lang := range domain.Langs {
		for name, w := range weeks() {
			r := chart.Weekly(lang, w)
			golden(t, filepath.Join("testdata", string(lang), name+".json"), r)
			for _, dark := range []bool{false, true} {
				whole(t, name, r, dark)
			}
			if *pictures != "" {
				show(t, r, filepath.Join(*pictures, string(lang)+"-"+name))
			}
		}
	}
}

func show(t *testing.T, r chart.Report, file string) {
	t.Helper()
	for suffix, dark := range map[string]bool{".png": false, "-dark.png": true} {
		picture, err := chart.DrawReport(r, chart.PNG, dark)
		if err == nil {
			err = os.WriteFile(file+suffix, picture, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func whole(t *testing.T, name string, r chart.Report, dark bool) {
	t.Helper()
	picture, err := chart.DrawReport(r, chart.PNG, dark)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil || img.Bounds().Dx() != chart.ReportWidth || img.Bounds().Dy() != chart.ReportHeight {
		t.Fatalf("%s: no picture of %d × %d (%v)", name, chart.ReportWidth, chart.ReportHeight, err)
	}
	colours := map[any]bool{}
	for y := 0; y < chart.ReportHeight; y += 3 {
		for x := 0; x < chart.ReportWidth; x += 3 {
			colours[img.At(x, y)] = true
		}
	}
	if len(colours) < 12 {
		t.Errorf("%s: only %d colours: nothing is drawn", name, len(colours))
	}
	drawing, err := chart.DrawReport(r, chart.SVG, dark)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(drawing)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, want := range []string{r.Title, r.Tiles[0].Name, r.Rows[1][0].Title} {
		if !bytes.Contains(drawing, []byte(want)) {
			t.Errorf("%s: the drawing lacks %q", name, want)
		}
	}
}

func golden(t *testing.T, file string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, text) {
		t.Errorf("%s differs:\n%s", file, text)
	}
}
