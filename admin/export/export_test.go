package export_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"chamados/admin/export"
)

func TestCellKeepsFormulasFromRunning(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "abc": "abc", "a=b": "a=b", "-5": "-5", "-5.25": "-5.25", " ": " ", "é": "é",
		"=1+1": "'=1+1", "+1": "'+1", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		" =1": "' =1", "\u00a0=1": "'\u00a0=1", "＝1": "'＝1", "|cmd": "'|cmd", "%0": "'%0", "--5": "'--5", "-": "'-", "-1.": "'-1.",
		"\ttab": "'\ttab",
	} {
		if got := export.Cell(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzCSVReadsBack(f *testing.F) {
	f.Add("=cmd|' /C calc'!A0", "a\"b,c;d\nz", true)
	f.Fuzz(func(t *testing.T, a, b string, excel bool) {
		if strings.Contains(a+b, "\r") {
			t.Skip("readers fold line ends")
		}
		var out strings.Builder
		form := export.Plain
		if excel {
			form = export.Excel
		}
		w, err := export.NewCSV(&out, form)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write("id", a, b); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(out.String(), "\ufeff")
		r := csv.NewReader(strings.NewReader(text))
		r.Comma = form.Comma
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 1 || marked != excel || rows[0][1] != export.Cell(a) || rows[0][2] != export.Cell(b) {
			t.Errorf("%q %v", rows, err)
		}
		if strings.HasPrefix(rows[0][1], "=") {
			t.Errorf("a formula: %q", rows[0][1])
		}
	})
}
