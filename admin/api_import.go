package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"chamados/admin/importfile"
	"chamados/domain"
	"chamados/domain/i18n"
)

// importTimeout bounds reading and applying one list.
const importTimeout = time.Minute

type importBody struct {
	Users []json.RawMessage `json:"usuarios"`
}

// importRow documents what each element of usuarios is; they are read one by one, so that a
// bad one does not spoil the others.
type importRow struct {
	Name  string `json:"nome"`
	Email string `json:"email"`
	Role  string `json:"tipo,omitempty" enum:"ti,funcionario"`
	Lang  string `json:"idioma,omitempty" enum:"pt-BR,en" doc:"Sem ele vale o que a própria pessoa usa"`
}

type importDocument struct {
	Users []importRow `json:"usuarios"`
}

type importAnswer struct {
	ID        string         `json:"id,omitempty" doc:"Da importação; vazio numa simulação"`
	Simulated bool           `json:"simulado,omitempty"`
	Created   int            `json:"criados"`
	Errors    int            `json:"erros"`
	Message   string         `json:"message" doc:"O resumo, para mostrar"`
	Details   []importDetail `json:"detalhes"`
}

type importDetail struct {
	Line    int    `json:"linha,omitempty" doc:"No arquivo, ou o lugar em usuarios, a partir de 1"`
	Email   string `json:"email"`
	Status  string `json:"status" enum:"criado,erro"`
	Message string `json:"mensagem"`
	Mailed  *bool  `json:"email_enviado,omitempty" doc:"O e-mail de boas-vindas está a caminho"`
}

type importStatus struct {
	ID       string             `json:"id"`
	Created  int                `json:"criados"`
	Errors   int                `json:"erros"`
	Details  []importDetail     `json:"detalhes"`
	State    domain.ImportState `json:"estado" enum:"rascunho,andamento,concluida,falhou"`
	FileName string             `json:"arquivo"`
	Total    int                `json:"total"`
	Done     int                `json:"feitas"`
}

// importMessage tells whoever imports how far it is.
type importMessage struct {
	Type    string             `json:"type"`
	ID      string             `json:"import_id"`
	State   domain.ImportState `json:"estado"`
	Total   int                `json:"total"`
	Done    int                `json:"feitas"`
	Created int                `json:"criados"`
	Failed  int                `json:"erros"`
}

func (s *Server) importRoutes() {
	addRaw[importDocument, importAnswer](s, endpoint{
		method: http.MethodPost, path: "/api/usuarios/import", id: "import-users", tag: "usuarios", maxBody: importfile.MaxBytes,
		params: []param{{in: "query", name: "simular", kind: "boolean"}},
	}, s.importUsers)
	add(s, endpoint{method: http.MethodGet, path: "/api/usuarios/import/{import}", id: "get-import", tag: "usuarios"}, s.getImport)
}

// importUsers takes the people as JSON, as CSV, or as a form with a file; what would happen
// is answered with ?simular=true.
func (s *Server) importUsers(c *call) error {
	if !c.actor.IsIT() {
		return domain.ErrITOnly
	}
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(importTimeout))
	rows, fileName, err := c.people()
	if err != nil {
		return err
	}
	q := newQuery(c.r.URL.Query())
	simulate := q.flag("simular")
	if err := q.err(); err != nil {
		return err
	}
	if simulate {
		report, err := s.Desk.CheckImport(c.r.Context(), c.actor, rows)
		if err != nil {
			return err
		}
		out := c.wireReport(report, true)
		out.Simulated = true
		return writeJSON(c.w, http.StatusOK, "application/json", out)
	}
	return s.applyImport(c, fileName, rows)
}

// applyImport imports at once; how far it is can be read and heard meanwhile.
func (s *Server) applyImport(c *call, fileName string, rows []domain.ImportRow) error {
	// A client that goes away does not leave half a list behind.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), importTimeout)
	defer cancel()
	j, err := s.Desk.DraftImport(ctx, c.actor, fileName, nil, len(rows))
	if err != nil {
		return err
	}
	if err := s.Desk.StartImport(ctx, c.actor, j.ID, len(rows)); err != nil {
		return err
	}
	j, err = s.Desk.RunImport(ctx, c.actor, j.ID, rows, s.tellImport)
	if err != nil {
		return err
	}
	out := c.wireReport(j.Report, false)
	out.ID = j.ID
	c.w.Header().Set("Location", "/api/usuarios/import/"+j.ID)
	return writeJSON(c.w, http.StatusOK, "application/json", out)
}

// StartImport applies a draft in the background. [domain.ErrImportStarted] if it was started
// before. The panel uses it.
func (s *Server) StartImport(ctx context.Context, a domain.Actor, id string, rows []domain.ImportRow) error {
	if err := s.Desk.StartImport(ctx, a, id, len(rows)); err != nil {
		return err
	}
	started := s.later.do(ctx, func(ctx context.Context) {
		if _, err := s.Desk.RunImport(ctx, a, id, rows, s.tellImport); err != nil {
			s.Log.ErrorContext(ctx, "import", "import", id, "user_id", a.ID, "error", err)
		}
	})
	if !started {
		return &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}
	}
	return nil
}

func (s *Server) tellImport(j domain.ImportJob) {
	encoded := encodeMessage(importMessage{
		Type: "import_progress", ID: j.ID, State: j.State, Total: j.Total, Done: j.Done, Created: j.Report.Created, Failed: j.Report.Failed,
	})
	s.hub.each(func(c *client) {
		if who := c.who(); who.ID == j.UserID && who.IsIT() {
			c.send(encoded)
		}
	})
}

func (s *Server) getImport(c *call, _ *none) (importStatus, error) {
	j, err := s.Desk.Import(c.r.Context(), c.actor, c.r.PathValue("import"))
	if err != nil {
		return importStatus{}, err
	}
	report := c.wireReport(j.Report, false)
	return importStatus{
		ID: j.ID, Created: report.Created, Errors: report.Errors, Details: report.Details,
		State: j.State, FileName: j.FileName, Total: j.Total, Done: j.Done,
	}, nil
}

// people reads the rows of the body, in whatever form they come.
func (c *call) people() (rows []domain.ImportRow, fileName string, err error) {
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, importfile.MaxBytes)
	switch kind {
	case "text/csv", "text/plain", "text/tab-separated-values":
		raw, err := io.ReadAll(c.r.Body)
		if err != nil {
			return nil, "", bodyError(err)
		}
		rows, err = csvRows(raw)
		return rows, "", err
	case "multipart/form-data":
		return c.formPeople()
	}
	rows, err = c.jsonPeople()
	return rows, "", err
}

func csvRows(raw []byte) ([]domain.ImportRow, error) {
	table, err := importfile.Parse(raw)
	if err != nil {
		return nil, err
	}
	return table.People(table.Columns), nil
}

// formPeople reads the first file of a form.
func (c *call) formPeople() ([]domain.ImportRow, string, error) {
	parts, err := c.r.MultipartReader()
	if err != nil {
		return nil, "", malformed("body")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, "", required(member{multipartField, true})
		}
		if err != nil {
			return nil, "", bodyError(err)
		}
		if part.FileName() == "" {
			continue
		}
		raw, err := io.ReadAll(part)
		if err != nil {
			return nil, "", bodyError(err)
		}
		rows, err := csvRows(raw)
		return rows, part.FileName(), err
	}
}

func (c *call) jsonPeople() ([]domain.ImportRow, error) {
	var b importBody
	if err := c.decode(importfile.MaxBytes, &b); err != nil {
		return nil, err
	}
	switch {
	case b.Users == nil:
		return nil, required(member{"usuarios", true})
	case len(b.Users) > importfile.MaxRows:
		return nil, domain.Invalid(domain.FieldError{
			Field: "usuarios", Key: "too_many_rows", Args: map[string]any{"Max": importfile.MaxRows},
		})
	}
	rows := make([]domain.ImportRow, len(b.Users))
	for i, raw := range b.Users {
		var row importRow
		if err := json.Unmarshal(raw, &row); err != nil || !plain(row.Name) || !plain(row.Email) {
			rows[i].Bad = malformed("linha")
		}
		rows[i].Line, rows[i].Name, rows[i].Email = i+1, row.Name, importfile.Address(row.Email)
		rows[i].Role, rows[i].Lang = importfile.Role(row.Role), importfile.Lang(row.Lang)
	}
	return rows, nil
}

func (c *call) wireReport(report domain.ImportReport, simulated bool) importAnswer {
	out := importAnswer{Created: report.Created, Errors: report.Failed, Details: make([]importDetail, 0, len(report.Results))}
	made, created := "api.user_created", "api.import.created"
	if simulated {
		made, created = "api.user_would_be_created", "api.import.would_be_created"
	}
	made = c.message(made, nil).Message
	out.Message = i18n.Count(c.lang, created, report.Created, nil)
	if report.Failed > 0 {
		out.Message += " " + i18n.Count(c.lang, "api.import.refused", report.Failed, nil)
	}
	for _, r := range report.Results {
		d := importDetail{Line: r.Line, Email: r.Email, Status: "criado", Message: made}
		if r.Err != nil {
			d.Status, d.Message = "erro", i18n.Error(c.lang, r.Err)
		} else if !simulated {
			mailed := true
			d.Mailed = &mailed
		}
		out.Details = append(out.Details, d)
	}
	return out
}
