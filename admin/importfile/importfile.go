// Package importfile reads lists of people as spreadsheets write them: comma, semicolon or
// tab; UTF-8, UTF-16 or Windows-1252; with a header in Portuguese or English, in any order,
// or without one. It is pure.
package importfile

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/encoding/charmap"

	"chamados/domain"
)

// Limits of a file.
const (
	MaxRows  = 10_000
	MaxBytes = 8 << 20
	maxCells = 64
)

// Failures that a person is told about.
var (
	ErrEmpty    = domain.Invalid(domain.FieldError{Field: "arquivo", Key: "empty_file"})
	ErrTooMany  = domain.Invalid(domain.FieldError{Field: "arquivo", Key: "too_many_rows", Args: map[string]any{"Max": MaxRows}})
	ErrNotAList = domain.Invalid(domain.FieldError{Field: "arquivo", Key: "not_a_list"})
)

// Columns says where things are: indexes from 0, -1 for nowhere.
type Columns struct{ Name, Email, Role, Lang int }

// Table is a file as it was read.
type Table struct {
	Header  []string // names of the columns; "" where there is no header
	Rows    []Row
	Columns Columns // as the header, or what stands in the cells, suggests
}

// Row is one record. Line is where it begins in the file, from 1.
type Row struct {
	Line  int
	Cells []string
}

// Parse reads a file. It never panics, whatever the bytes.
func Parse(raw []byte) (Table, error) {
	text := decode(raw)
	if strings.ContainsRune(text, 0) {
		return Table{}, ErrNotAList
	}
	rows, err := records(text)
	if err != nil {
		return Table{}, err
	}
	if len(rows) == 0 {
		return Table{}, ErrEmpty
	}
	t := Table{Rows: rows}
	t.takeHeader()
	switch {
	case len(t.Rows) == 0:
		return Table{}, ErrEmpty
	case len(t.Rows) > MaxRows:
		return Table{}, ErrTooMany
	}
	return t, nil
}

// decode returns the text of a file in whatever encoding it seems to be.
func decode(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return wide(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return wide(raw[2:], binary.BigEndian)
	case len(raw) > 3 && raw[0] != 0 && raw[1] == 0 && raw[3] == 0:
		return wide(raw, binary.LittleEndian)
	case len(raw) > 3 && raw[0] == 0 && raw[1] != 0 && raw[2] == 0:
		return wide(raw, binary.BigEndian)
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "�")
	}
	return string(text)
}

func wide(raw []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, order.Uint16(raw[i:]))
	}
	return string(utf16.Decode(units))
}

// records splits the text. Lines may end in CR, LF or both; empty ones do not count.
func records(text string) ([]Row, error) {
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = delimiter(text), true, -1
	var rows []Row
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, ErrNotAList
		}
		if line := openQuote(r, cells); line > 0 {
			return nil, domain.Invalid(domain.FieldError{Field: "arquivo", Key: "open_quote", Args: map[string]any{"Line": line}})
		}
		line, _ := r.FieldPos(0)
		if row := tidy(line, cells); row != nil {
			rows = append(rows, *row)
		}
		if len(rows) > MaxRows+1 {
			return nil, ErrTooMany
		}
	}
}

// openQuote returns the line of a cell that other lines are in with their addresses, since a quotation mark is not closed;
// 0 if there is none. A cell may well have several lines.
func openQuote(r *csv.Reader, cells []string) int {
	for i, c := range cells {
		if _, more, ok := strings.Cut(c, "\n"); ok && strings.Contains(more, "@") {
			line, _ := r.FieldPos(i)
			return line
		}
	}
	return 0
}

// tidy trims cells; nil if there is nothing in them.
func tidy(line int, cells []string) *Row {
	out := make([]string, 0, min(len(cells), maxCells))
	empty := true
	for _, c := range cells[:min(len(cells), maxCells)] {
		c = strings.TrimSpace(c)
		empty = empty && c == ""
		out = append(out, c)
	}
	if empty {
		return nil
	}
	return &Row{Line: line, Cells: out}
}

// delimiter is the one that the first line with text holds most of, outside of quotes.
func delimiter(text string) rune {
	first := strings.TrimLeft(text, "\r\n ")
	counts := map[rune]int{}
	quoted := false
	for i, r := range first {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && (r == '\n' || i > 4096) {
			break
		}
		if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// headings are how columns are called, without accents, case and signs.
var headings = map[string]func(*Columns) *int{
	"nome": name, "nomecompleto": name, "name": name, "fullname": name, "displayname": name, "colaborador": name, "funcionario": name, "usuario": name,
	"email": email, "mail": email, "emailaddress": email, "enderecodeemail": email, "correio": email, "correioeletronico": email, "emailcorporativo": email, "userprincipalname": email,
	"tipo": role, "perfil": role, "papel": role, "funcao": role, "role": role, "type": role, "tipodeconta": role,
	"idioma": lang, "lingua": lang, "language": lang, "lang": lang, "preferredlanguage": lang,
}

func name(c *Columns) *int  { return &c.Name }
func email(c *Columns) *int { return &c.Email }
func role(c *Columns) *int  { return &c.Role }
func lang(c *Columns) *int  { return &c.Lang }

// takeHeader tells the header from the people, and guesses what the columns are.
func (t *Table) takeHeader() {
	t.Columns = Columns{-1, -1, -1, -1}
	first := t.Rows[0].Cells
	if !strings.Contains(strings.Join(first, " "), "@") {
		for i, cell := range first {
			if column, ok := headings[plain(cell)]; ok && *column(&t.Columns) < 0 {
				*column(&t.Columns) = i
			}
		}
		t.Header, t.Rows = first, t.Rows[1:]
	} else {
		t.Header = make([]string, len(first))
	}
	t.guess()
}

// guess finds, where the header does not tell, the column with addresses and the one with
// names.
func (t *Table) guess() {
	if len(t.Rows) == 0 {
		return
	}
	cells := t.Rows[0].Cells
	for i, cell := range cells {
		switch {
		case strings.Contains(cell, "@") && t.Columns.Email < 0 && i != t.Columns.Name:
			t.Columns.Email = i
		case t.Columns.Name < 0 && i != t.Columns.Role && i != t.Columns.Email && strings.Contains(cell, " ") && !strings.Contains(cell, "@"):
			t.Columns.Name = i
		}
	}
	for i, cell := range cells {
		if _, known := roles[plain(cell)]; known && t.Columns.Role < 0 && i != t.Columns.Name && i != t.Columns.Email {
			t.Columns.Role = i
		}
	}
}

// roles are how people write the types of account.
var roles = map[string]domain.Role{
	"ti": domain.RoleIT, "it": domain.RoleIT, "tecnico": domain.RoleIT, "tecnica": domain.RoleIT, "suporte": domain.RoleIT, "technician": domain.RoleIT,
	"funcionario": domain.RoleEmployee, "funcionaria": domain.RoleEmployee, "colaborador": domain.RoleEmployee, "colaboradora": domain.RoleEmployee,
	"employee": domain.RoleEmployee, "user": domain.RoleEmployee, "usuario": domain.RoleEmployee,
}

var unaccent = strings.NewReplacer("á", "a", "à", "a", "ã", "a", "â", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ç", "c")

// plain folds case and accents and drops signs.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, unaccent.Replace(strings.ToLower(s)))
}

// People returns the rows as people, with the given columns.
func (t Table) People(c Columns) []domain.ImportRow {
	out := make([]domain.ImportRow, len(t.Rows))
	for i, r := range t.Rows {
		out[i] = domain.ImportRow{
			Line: r.Line, Name: r.cell(c.Name), Email: Address(r.cell(c.Email)), Role: Role(r.cell(c.Role)), Lang: Lang(r.cell(c.Lang)),
		}
	}
	return out
}

func (r Row) cell(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

// Role returns the type of account that a word means; an unknown word stays as it is.
func Role(word string) domain.Role {
	if word == "" {
		return domain.RoleEmployee
	}
	if r, ok := roles[plain(word)]; ok {
		return r
	}
	return domain.Role(word)
}

// languages are how people write the languages that there are.
var languages = map[string]domain.Lang{
	"pt": domain.LangPortuguese, "ptbr": domain.LangPortuguese, "portugues": domain.LangPortuguese, "portuguese": domain.LangPortuguese,
	"en": domain.LangEnglish, "enus": domain.LangEnglish, "engb": domain.LangEnglish, "ingles": domain.LangEnglish, "english": domain.LangEnglish,
}

// Lang returns the language that a word means; an unknown word stays as it is.
func Lang(word string) domain.Lang {
	if l, ok := languages[plain(word)]; ok {
		return l
	}
	return domain.Lang(word)
}

// Address returns an address as it is compared and mailed to: small letters, the domain in
// the form that mail systems exchange (café.com.br is xn--caf-dma.com.br).
func Address(s string) string {
	s = domain.NormalizeEmail(s)
	local, host, ok := strings.Cut(s, "@")
	if !ok {
		return s
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return s
	}
	return local + "@" + ascii
}
