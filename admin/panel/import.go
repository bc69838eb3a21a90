package panel

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"chamados/admin/drain"
	"chamados/admin/export"
	"chamados/admin/importfile"
	"chamados/domain"
	"chamados/domain/i18n"
)

// shownRows bounds the rows of a preview; what is wrong comes first.
const shownRows = 200

type importStartBody struct{ Problem string }

// importBody is a list of people: as it would be imported, while it is, or afterwards.
type importBody struct {
	domain.ImportJob
	Columns  []importColumn
	Rows     []importRow
	Created  int
	Failed   int
	More     int    // rows that are not shown
	Mapping  string // the chosen columns, as a query
	Fields   []importField
	Problem  string
	Percent  int
	CanApply bool
}

// importColumn is a column of the file that may be chosen.
type importColumn struct {
	Index int
	Name  string
}

// importField is one thing that is known of a person, and the column it is read from.
type importField struct {
	Name, Label string
	Column      int
	Optional    bool
}

type importRow struct {
	domain.ImportResult
	Problem string
}

func (p *Panel) importRoutes(page func(string, handler)) {
	page("GET /pessoas/importar", p.onlyIT(p.importPage))
	page("POST /pessoas/importar", p.onlyIT(p.importFile))
	page("GET /pessoas/importar/{id}", p.onlyIT(p.importJob))
	page("POST /pessoas/importar/{id}/aplicar", p.onlyIT(p.applyImport))
	page("GET /pessoas/importar/{id}/relatorio.csv", p.onlyIT(p.importReport))
	page("POST /pessoas/{id}/anonimizar", p.onlyIT(p.anonymise))
}

// onlyIT keeps a page from everybody else before anything is read.
func (p *Panel) onlyIT(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		if !v.Actor.IsIT() {
			return domain.ErrITOnly
		}
		return h(w, r, v)
	}
}

func (p *Panel) importPage(w http.ResponseWriter, _ *http.Request, v *visit) error {
	return p.render(w, v, http.StatusOK, "import", importStartBody{})
}

// importFile keeps the file and goes on to what it would do.
func (p *Panel) importFile(w http.ResponseWriter, r *http.Request, v *visit) error {
	name, content, err := uploadedFile(w, r)
	var table importfile.Table
	if err == nil {
		table, err = importfile.Parse(content)
	}
	if domain.CodeOf(err) == domain.CodeInvalid {
		return p.render(w, v, statusOf(err), "import", importStartBody{Problem: p.errorText(v.Lang, err)})
	}
	if err != nil {
		return err
	}
	j, err := p.Desk.DraftImport(r.Context(), v.Actor, name, content, len(table.Rows))
	if err != nil {
		return err
	}
	return redirect(w, r, "/pessoas/importar/"+j.ID)
}

// uploadedFile returns the form's file.
func uploadedFile(w http.ResponseWriter, r *http.Request) (name string, content []byte, err error) {
	defer func(body io.Reader) {
		if err != nil {
			drain.Body(w, r, body, patience)
		}
	}(r.Body)
	r.Body = http.MaxBytesReader(w, r.Body, importfile.MaxBytes)
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, unreadable(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, importfile.ErrEmpty
		}
		if err != nil {
			return "", nil, unreadable(err)
		}
		if part.FileName() == "" {
			continue
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return "", nil, unreadable(err)
		}
		return part.FileName(), content, nil
	}
}

func (p *Panel) importJob(w http.ResponseWriter, r *http.Request, v *visit) error {
	j, err := p.Desk.Import(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.showImport(w, r, v, j, r.URL.Query(), http.StatusOK, nil)
}

func (p *Panel) showImport(w http.ResponseWriter, r *http.Request, v *visit, j domain.ImportJob, chosen url.Values, status int, cause error) error {
	b := importBody{ImportJob: j}
	if cause != nil {
		b.Problem = p.errorText(v.Lang, cause)
	}
	report := j.Report
	if j.State == domain.ImportDraft {
		table, err := importfile.Parse(j.Content)
		if err != nil {
			return err
		}
		columns := chooseColumns(table, chosen)
		b.describe(v.Lang, table, columns)
		if report, err = p.Desk.CheckImport(r.Context(), v.Actor, table.People(columns)); err != nil {
			return err
		}
	}
	b.list(v.Lang, report)
	if j.Total > 0 {
		b.Percent = j.Done * 100 / j.Total
	}
	b.CanApply = b.Created > 0
	return p.render(w, v, status, "import_job", b)
}

// chooseColumns returns the columns that were chosen, else those that the file suggests.
func chooseColumns(t importfile.Table, chosen url.Values) importfile.Columns {
	c := t.Columns
	for name, column := range map[string]*int{"nome": &c.Name, "email": &c.Email, "tipo": &c.Role} {
		if n, err := strconv.Atoi(chosen.Get(name)); err == nil && n >= -1 && n < len(t.Header) {
			*column = n
		}
	}
	return c
}

// describe says which columns there are and which are read.
func (b *importBody) describe(lang domain.Lang, t importfile.Table, c importfile.Columns) {
	for i, name := range t.Header {
		if name == "" {
			name = i18n.Text(lang, "panel.import.column", i18n.Args{"Number": i + 1})
		}
		b.Columns = append(b.Columns, importColumn{Index: i, Name: name})
	}
	query := url.Values{}
	for _, f := range []importField{{Name: "nome", Column: c.Name}, {Name: "email", Column: c.Email}, {Name: "tipo", Column: c.Role, Optional: true}} {
		f.Label = i18n.Text(lang, "field."+f.Name, nil)
		b.Fields = append(b.Fields, f)
		query.Set(f.Name, strconv.Itoa(f.Column))
	}
	b.Mapping = query.Encode()
}

// list shows the rows that need attention first, then others.
func (b *importBody) list(lang domain.Lang, report domain.ImportReport) {
	b.Created, b.Failed = report.Created, report.Failed
	for _, wrong := range []bool{true, false} {
		for _, r := range report.Results {
			if (r.Err != nil) != wrong {
				continue
			}
			if len(b.Rows) == shownRows {
				b.More++
				continue
			}
			b.Rows = append(b.Rows, importRow{ImportResult: r, Problem: problemText(lang, r.Err)})
		}
	}
}

// problemText says in one line what is wrong with a row.
func problemText(lang domain.Lang, e *domain.Error) string {
	switch {
	case e == nil:
		return ""
	case len(e.Fields) == 0:
		return i18n.Error(lang, e)
	}
	text := ""
	for i, f := range e.Fields {
		if i > 0 {
			text += "; "
		}
		text += i18n.Field(lang, f)
	}
	return text
}

// applyImport starts the import and shows how it goes.
func (p *Panel) applyImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	j, err := p.Desk.Import(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	if p.Door == nil {
		return errNoPage
	}
	if j.State == domain.ImportDraft {
		table, err := importfile.Parse(j.Content)
		if err != nil {
			return err
		}
		err = p.Door().StartImport(r.Context(), v.Actor, j.ID, table.People(chooseColumns(table, r.PostForm)))
		if err != nil && !errors.Is(err, domain.ErrImportStarted) {
			return p.showImport(w, r, v, j, r.PostForm, statusOf(err), err)
		}
	}
	return redirect(w, r, "/pessoas/importar/"+j.ID)
}

// importReport answers what became of every row.
func (p *Panel) importReport(w http.ResponseWriter, r *http.Request, v *visit) error {
	j, err := p.Desk.Import(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="importacao.csv"`)
	form := export.Excel
	if v.Lang == domain.LangEnglish {
		form = export.ExcelWithComma
	}
	out, err := export.NewCSV(w, form)
	if err != nil {
		return nil
	}
	say := func(key string) string { return i18n.Text(v.Lang, key, nil) }
	_ = out.Write(say("field.linha"), say("field.nome"), say("field.email"), say("field.tipo"), say("panel.import.outcome"))
	for _, row := range j.Report.Results {
		outcome := problemText(v.Lang, row.Err)
		if row.Err == nil {
			outcome = say("panel.import.made")
		}
		_ = out.Write(strconv.Itoa(row.Line), row.Name, row.Email, string(row.Role), outcome)
	}
	if err := out.Flush(); err != nil {
		p.Log.WarnContext(r.Context(), "report broke off", "error", err)
	}
	return nil
}

// anonymise erases who somebody was, once it has been confirmed.
func (p *Panel) anonymise(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("confirmo") != "sim" {
		return p.showPerson(w, r, v, http.StatusUnprocessableEntity, func(b *personBody) {
			b.Problems = problems{"": i18n.Text(v.Lang, "panel.people.anonymise_confirm_missing", nil)}
		})
	}
	err = p.Desk.Anonymise(r.Context(), v.Actor, id, i18n.Text(domain.LangPortuguese, "word.anonymous", nil))
	if found, ok := formProblems(v.Lang, err); err != nil && ok {
		return p.showPerson(w, r, v, statusOf(err), func(b *personBody) { b.Problems = found })
	}
	if err != nil {
		return err
	}
	setFlash(w, r, "anonymised", 0)
	return redirect(w, r, "/pessoas")
}
