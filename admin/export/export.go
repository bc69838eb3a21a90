// Package export writes tables that people and programs take away: CSV that no spreadsheet
// runs as formulas, and JSON lines. Rows are written as they come.
package export

import (
	"encoding/csv"
	"io"
	"strings"
)

// byteOrderMark tells spreadsheets that a file is UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes rows of text.
type CSV struct {
	w   *csv.Writer
	row []string
}

// Form is what a program expects of CSV.
type Form struct {
	Comma rune
	Mark  bool // a byte order mark and CRLF, without which Excel takes UTF-8 for something else
}

// The forms there are. Excel separates by semicolons where the comma is the decimal sign.
var (
	Plain          = Form{Comma: ','}
	Excel          = Form{Comma: ';', Mark: true}
	ExcelWithComma = Form{Comma: ',', Mark: true}
)

// NewCSV returns a writer of comma-separated values.
func NewCSV(w io.Writer, f Form) (*CSV, error) {
	out := &CSV{w: csv.NewWriter(w)}
	out.w.Comma, out.w.UseCRLF = f.Comma, f.Mark
	if f.Mark {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Write adds a row. Every cell is made safe with [Cell].
func (c *CSV) Write(cells ...string) error {
	c.row = c.row[:0]
	for _, cell := range cells {
		c.row = append(c.row, Cell(cell))
	}
	return c.w.Write(c.row)
}

// Flush writes what is held back and returns the first error of all.
func (c *CSV) Flush() error {
	c.w.Flush()
	return c.w.Error()
}

// formulaSigns begin a formula for one spreadsheet or another, the wide forms included.
const formulaSigns = "=+-@|%＝＋－＠"

// Cell returns a text that a spreadsheet shows as it is: one that could be a formula, also
// after white space, gets an apostrophe before it. Plain negative numbers stay.
func Cell(s string) string {
	text := strings.TrimLeft(s, " \t\r\n\u00a0\u200b\ufeff")
	switch {
	case text == "":
		return s
	case s[0] == '\t' || s[0] == '\r' || s[0] == '\n':
		return "'" + s
	case strings.ContainsRune(formulaSigns, []rune(text)[0]) && !number(text):
		return "'" + s
	}
	return s
}

// number reports whether s is a sign and digits, with at most one point.
func number(s string) bool {
	digits := strings.TrimLeft(s, "-")
	return len(s)-len(digits) == 1 && digits != "" && strings.Trim(strings.Replace(digits, ".", "", 1), "0123456789") == "" &&
		digits[0] != '.' && digits[len(digits)-1] != '.'
}
