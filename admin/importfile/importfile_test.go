package importfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"chamados/domain"
)

const sheet = "Nome;E-mail;Tipo\r\nJoão Ação;JOAO@Exemplo.com.br;TI\r\n\r\n\"Souza, \"\"Bia\"\"\";bia@exemplo.com.br;\r\n"

var want = []domain.ImportRow{
	{Line: 2, Name: "João Ação", Email: "joao@exemplo.com.br", Role: domain.RoleIT},
	{Line: 4, Name: `Souza, "Bia"`, Email: "bia@exemplo.com.br", Role: domain.RoleEmployee},
}

func wideBytes(s string, order binary.AppendByteOrder, bom bool) []byte {
	var out []byte
	if bom {
		s = "\ufeff" + s
	}
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func TestEncodingsAndDelimiters(t *testing.T) {
	ansi, err := charmap.Windows1252.NewEncoder().Bytes([]byte(sheet))
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"UTF-8": []byte(sheet), "UTF-8 with BOM": []byte("\xef\xbb\xbf" + sheet), "Windows-1252": ansi,
		"UTF-16 LE": wideBytes(sheet, binary.LittleEndian, true), "UTF-16 BE": wideBytes(sheet, binary.BigEndian, true),
		"UTF-16 LE without BOM": wideBytes(sheet, binary.LittleEndian, false), "UTF-16 BE without BOM": wideBytes(sheet, binary.BigEndian, false),
		"comma":      []byte(strings.ReplaceAll(sheet, ";", ",")),
		"tab":        []byte(strings.ReplaceAll(sheet, ";", "\t")),
		"LF":         []byte(strings.ReplaceAll(sheet, "\r\n", "\n")),
		"CR":         []byte(strings.ReplaceAll(sheet, "\r\n", "\r")),
		"no newline": []byte(strings.TrimRight(sheet, "\r\n")),
	} {
		table, err := Parse(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, table.People(table.Columns)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHeaders(t *testing.T) {
	for text, columns := range map[string]Columns{
		"nome,email\nA B,a@b.c":                          {0, 1, -1, -1},
		"Role;Full Name;E-mail address\nti;A B;a@b.c":    {1, 2, 0, -1},
		"Endereço de e-mail\tFunção\tNome\na@b.c\tti\tA": {2, 0, 1, -1},
		"a@b.c;A B;ti\nc@d.e;C D;ti":                     {1, 0, 2, -1},
		"nome,email,tipo,idioma\nA B,a@b.c,ti,inglês":    {0, 1, 2, 3},
		"x,y\nA B,a@b.c":                                 {0, 1, -1, -1},
		"e-mail\na@b.c":                                  {-1, 0, -1, -1},
		"\"nome\",\"e-mail, de trabalho\"\n\"A; B\",x":   {0, -1, -1, -1},
	} {
		table, err := Parse([]byte(text))
		if err != nil || table.Columns != columns {
			t.Errorf("%q: %+v (%v)", text, table.Columns, err)
		}
	}
	if table, _ := Parse([]byte("a@b.c;A B\nc@d.e;C D")); len(table.Rows) != 2 || table.Rows[0].Line != 1 {
		t.Errorf("a file without a header: %+v", table)
	}
}

func TestBadFiles(t *testing.T) {
	many := "nome;email\n" + strings.Repeat("A;a@b.c\n", MaxRows+1)
	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"empty": {"", ErrEmpty}, "blank": {"\r\n ;;\r\n", ErrEmpty}, "only a header": {"nome;email\r\n", ErrEmpty},
		"a picture": {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ErrNotAList}, "a workbook": {"PK\x03\x04\x14\x00\x06\x00\x08", ErrNotAList}, "too many": {many, ErrTooMany},
	} {
		if _, err := Parse([]byte(c.raw)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A quotation mark that is not closed swallows the people after it: they must not be missed silently. A cell of several lines is
// one cell.
func TestAQuoteThatIsNotClosedIsSaid(t *testing.T) {
	people := "nome,email\nAna,a@x.br\n%s,b@x.br\nCaio,c@x.br\nDora,d@x.br\n"
	for name, want := range map[string]int{`"Bia Souza`: 3, `"Bia ""Bibi" Souza`: 3, "\"Bia\nSouza\"": 0, `"Bia, Souza"`: 0, `Bia "Bibi" Souza`: 0} {
		table, err := Parse(fmt.Appendf(nil, people, name))
		var failure *domain.Error
		switch {
		case want == 0 && (err != nil || len(table.Rows) != 4):
			t.Errorf("%q: %d rows, %v", name, len(table.Rows), err)
		case want != 0 && (!errors.As(err, &failure) || failure.Fields[0].Key != "open_quote" || failure.Fields[0].Args["Line"] != want):
			t.Errorf("%q: %d rows, %v", name, len(table.Rows), err)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, out := range map[string]string{
		" Ana@CAFÉ.com.br ": "ana@xn--caf-dma.com.br", "ana@cafe\u0301.com.br": "ana@xn--caf-dma.com.br", "ana@xn--caf-dma.com.br": "ana@xn--caf-dma.com.br",
		"Ana": "ana", "a@b@c": "a@b@c", "": "",
	} {
		if got := Address(in); got != out {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sheet))
	f.Add(wideBytes(sheet, binary.LittleEndian, true))
	f.Add([]byte("\"\n;\"\"\x00\xff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, err := Parse(raw)
		if err != nil {
			if _, ok := errors.AsType[*domain.Error](err); !ok {
				t.Errorf("%v is not for people", err)
			}
			return
		}
		people := table.People(table.Columns)
		if len(people) != len(table.Rows) || len(people) == 0 || len(people) > MaxRows {
			t.Errorf("%d people of %d rows", len(people), len(table.Rows))
		}
		last := 0
		for _, p := range people {
			if p.Line <= last {
				t.Errorf("line %d after %d", p.Line, last)
			}
			last = p.Line
		}
		_ = fmt.Sprint(people)
	})
}
