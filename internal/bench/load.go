package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"chamados/storage"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/errgroup"
)

// The people of the bench. Ids below are the same in every database.
const (
	people     = 5000
	itPeople   = 40 // ids 1 to 40
	clients    = 8  // the first IT accounts and the first employees act
	firstOwner = itPeople + 1
	ownTickets = 60 // of each acting employee, whatever the size
	telegramID = 1_000_000_000
	group      = -1001000000001
	password   = "senha-da-bancada"
	// bcryptCost is that of accounts: the cost in the limit of a login.
	bcryptCost = 12
)

// tellGroups does what a trigger would do: without it no group is told of anything.
const tellGroups = `DELETE FROM lugares; INSERT INTO lugares SELECT * FROM lugares_dos_grupos`

// load fills a database with n tickets by COPY, or brings it up to date if it is there already.
func (c *cluster) load(ctx context.Context, name string, n int) (time.Duration, error) {
	start := time.Now()
	switch ok, err := c.exists(ctx, name); {
	case err != nil:
		return 0, err
	case ok:
		err := storage.Migrate(ctx, c.url(name))
		if err == nil {
			err = c.exec(ctx, name, tellGroups) // those of an older bench have nowhere to tell
		}
		return time.Since(start), err
	}
	if err := c.exec(ctx, "postgres", "DROP DATABASE IF EXISTS loading WITH (FORCE)", "CREATE DATABASE loading"); err != nil {
		return 0, err
	}
	if err := storage.Migrate(ctx, c.url("loading")); err != nil {
		return 0, err
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcryptCost)
	if err != nil {
		return 0, err
	}
	l := &loader{cluster: c, n: n, hash: string(hash), now: time.Now().UTC().Truncate(time.Second)}
	if err := l.run(ctx); err != nil {
		return 0, fmt.Errorf("load %d tickets: %w", n, err)
	}
	if err := c.exec(ctx, "postgres", "ALTER DATABASE loading RENAME TO "+name, "CHECKPOINT"); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

type loader struct {
	cluster *cluster
	n       int
	hash    string
	now     time.Time
	texts   []text
}

// text is one of those that tickets and comments are made of. There are few, because PostgreSQL takes
// its time to stem their words: it does so once for each.
type text struct{ title, description, comment string }

const texts = 5000

func (l *loader) write() {
	r := rand.New(rand.NewPCG(2, 3))
	for range texts {
		l.texts = append(l.texts, text{sentence(r, 4), sentence(r, 25) + " Equipamento ", sentence(r, 12)})
	}
}

// copyTexts gives the texts to the database, for index.
func (l *loader) copyTexts(ctx context.Context) error {
	err := l.sql(`CREATE UNLOGGED TABLE textos (id integer PRIMARY KEY, chamado text, comentario text)`,
		`CREATE UNLOGGED TABLE marcas (id integer PRIMARY KEY, marca text)`)(ctx)
	if err != nil {
		return err
	}
	err = l.copy(ctx, "textos", []string{"id", "chamado", "comentario"}, texts, func(_ *rand.Rand, id int) []any {
		t := l.texts[id-1]
		return []any{int32(id - 1), t.title + " " + t.description, t.comment}
	})
	if err != nil {
		return err
	}
	return l.copy(ctx, "marcas", []string{"id", "marca"}, markers, func(_ *rand.Rand, id int) []any {
		return []any{int32(id - 1), marker(id - 1)}
	})
}

// index makes the rows of the search from the vectors of the texts, of the names and of the rare words.
func (l *loader) index(ctx context.Context) error {
	return l.sql(fmt.Sprintf(`INSERT INTO busca SELECT c.id, 't', c.id, false, t.v || u.v || m.v FROM chamados c
			JOIN (SELECT id, vetor(chamado) AS v FROM textos OFFSET 0) t ON t.id = c.id %% %d
			JOIN (SELECT id, vetor(marca) AS v FROM marcas OFFSET 0) m ON m.id = c.id %% %d
			JOIN (SELECT id, vetor(nome) AS v FROM usuarios OFFSET 0) u ON u.id = c.usuario_id`, texts, markers),
		fmt.Sprintf(`INSERT INTO busca SELECT k.chamado_id, 'c', k.id, k.interno, t.v FROM comentarios k
			JOIN (SELECT id, vetor(comentario) AS v FROM textos OFFSET 0) t ON t.id = k.id %% %d`, texts),
		`DROP TABLE textos, marcas`)(ctx)
}

// run switches the triggers off while it copies, and does their work for all rows at once.
func (l *loader) run(ctx context.Context) error {
	indexes, err := l.dropIndexes(ctx)
	if err != nil {
		return err
	}
	l.write()
	if err := l.parallel(ctx, l.copyPeople, l.copyTickets, l.copyComments, l.copyEvents, l.copyTexts); err != nil {
		return err
	}
	err = l.parallel(ctx, l.index, l.sql(`INSERT INTO contadores SELECT status, categoria, prioridade, count(*) FROM chamados GROUP BY 1, 2, 3`))
	if err != nil {
		return err
	}
	half := len(indexes) / 2
	if err := l.parallel(ctx, l.sql(indexes[:half]...), l.sql(indexes[half:]...)); err != nil {
		return err
	}
	return l.sql(`SELECT setval('usuarios_id_seq', max(id)) FROM usuarios`, `SELECT setval('chamados_id_seq', max(id)) FROM chamados`,
		`SELECT setval('comentarios_id_seq', max(id)) FROM comentarios`, `SELECT setval('eventos_id_seq', max(id)) FROM eventos`,
		`VACUUM ANALYZE`)(ctx)
}

type step func(context.Context) error

// parallel runs steps on two cores.
func (l *loader) parallel(ctx context.Context, steps ...step) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, s := range steps {
		g.Go(func() error { return s(ctx) })
	}
	return g.Wait()
}

// connect returns a connection on which no trigger fires.
func (l *loader) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, l.cluster.url("loading"))
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, `SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off`)
	return conn, err
}

func (l *loader) sql(statements ...string) step {
	return func(ctx context.Context) error {
		conn, err := l.connect(ctx)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		for _, s := range statements {
			if _, err := conn.Exec(ctx, s); err != nil {
				return fmt.Errorf("%.80s: %w", s, err)
			}
		}
		return nil
	}
}

// dropIndexes drops all but the keys of the large tables, and returns what makes them again, the slow
// one first and alone.
func (l *loader) dropIndexes(ctx context.Context) ([]string, error) {
	conn, err := l.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT i.indexdef, i.indexname FROM pg_indexes i WHERE i.schemaname = 'public'
		AND i.tablename IN ('chamados', 'comentarios', 'eventos', 'busca') AND NOT EXISTS (
			SELECT FROM pg_constraint c WHERE c.conname = i.indexname)
		ORDER BY i.tablename = 'busca' DESC, i.tablename = 'comentarios' DESC, i.indexname`)
	if err != nil {
		return nil, err
	}
	var make, drop []string
	var definition, name string
	_, err = pgx.ForEachRow(rows, []any{&definition, &name}, func() error {
		make, drop = append(make, definition), append(drop, `DROP INDEX `+name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return make, l.sql(drop...)(ctx)
}

// copy writes n rows of a table, ids from 1.
func (l *loader) copy(ctx context.Context, table string, columns []string, n int, row func(r *rand.Rand, id int) []any) error {
	conn, err := l.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	r, id := rand.New(rand.NewPCG(1, uint64(n))), 0
	_, err = conn.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if id++; id > n {
			return nil, nil
		}
		return row(r, id), nil
	}))
	return err
}

func email(id int) string { return fmt.Sprintf("pessoa%d@exemplo.com.br", id) }

// copyPeople makes the accounts: IT first, one in three linked to Telegram, and one IT group.
func (l *loader) copyPeople(ctx context.Context) error {
	err := l.copy(ctx, "usuarios", []string{"id", "nome", "email", "senha_hash", "tipo", "idioma", "telegram_id", "telegram_nome"}, people,
		func(r *rand.Rand, id int) []any {
			role, telegram, name := "funcionario", any(nil), any(nil)
			if id <= itPeople {
				role = "ti"
			}
			if linked(id) {
				telegram, name = int64(telegramID+id), fmt.Sprintf("@pessoa%d", id)
			}
			return []any{int32(id), pick(r, firstNames) + " " + pick(r, lastNames), email(id), l.hash, role, "pt-BR", telegram, name}
		})
	if err != nil {
		return err
	}
	return l.sql(fmt.Sprintf(`INSERT INTO grupos (chat_id, titulo) VALUES (%d, 'TI')`, group), tellGroups)(ctx)
}

// linked says who has Telegram: every third.
func linked(id int) bool { return id%3 == 0 }

// ticketRow is what several tables must agree on about a ticket.
type ticketRow struct {
	owner, assignee  int
	status, category string
	priority         string
	at               time.Time
}

// ticket returns the ticket of an id, the same whoever asks.
func (l *loader) ticket(id int) ticketRow {
	r := rand.New(rand.NewPCG(uint64(id), uint64(l.n)))
	t := ticketRow{owner: firstOwner + clients + r.IntN(people-firstOwner-clients), category: pick(r, categories), priority: pick(r, priorities)}
	if id <= clients*ownTickets {
		t.owner = firstOwner + id%clients
	}
	t.status = pick(r, statuses)
	if t.status != "aberto" {
		t.assignee = 1 + r.IntN(itPeople)
	}
	span := 3 * 365 * 24 * time.Hour
	t.at = l.now.Add(-span + time.Duration(float64(span)*float64(id)/float64(l.n+1)))
	return t
}

func (l *loader) copyTickets(ctx context.Context) error {
	columns := []string{"id", "titulo", "descricao", "categoria", "prioridade", "status", "usuario_id", "atribuido_para", "criado_em", "atualizado_em", "fechado_em", "versao", "respondido_em"}
	return l.copy(ctx, "chamados", columns, l.n, func(r *rand.Rand, id int) []any {
		t := l.ticket(id)
		var assignee, finished, answered any
		if t.assignee != 0 {
			assignee, answered = int32(t.assignee), t.at.Add(time.Hour)
		}
		updated := t.at.Add(time.Duration(r.IntN(72)) * time.Hour)
		if t.status == "resolvido" || t.status == "fechado" {
			finished = updated
		}
		words := l.texts[id%texts]
		return []any{int32(id), words.title, words.description + marker(id), t.category, t.priority, t.status,
			int32(t.owner), assignee, t.at, updated, finished, int64(3), answered}
	})
}

// comments are 0 to 4 a ticket, 1.2 in the mean.
func (l *loader) copyComments(ctx context.Context) error {
	columns := []string{"id", "chamado_id", "usuario_id", "comentario", "criado_em", "canal", "interno"}
	return l.copy(ctx, "comentarios", columns, l.n*6/5, func(r *rand.Rand, id int) []any {
		ticket := 1 + r.IntN(l.n)
		t := l.ticket(ticket)
		author, internal := t.owner, false
		if id%2 == 0 {
			author, internal = 1+r.IntN(itPeople), id%10 == 0
		}
		return []any{int32(id), int32(ticket), int32(author), l.texts[id%texts].comment, t.at.Add(time.Duration(r.IntN(48)) * time.Hour), "telegram", internal}
	})
}

// copyEvents writes three for each ticket: made, taken, moved.
func (l *loader) copyEvents(ctx context.Context) error {
	columns := []string{"id", "chamado_id", "usuario_id", "solicitante_id", "criado_em", "tipo", "canal", "status", "de", "para"}
	return l.copy(ctx, "eventos", columns, 3*l.n, func(r *rand.Rand, id int) []any {
		ticket, nth := (id-1)/3+1, (id-1)%3
		t := l.ticket(ticket)
		actor, kind, from, to := t.owner, "criado", "", ""
		switch nth {
		case 1:
			actor, kind, to = 1+r.IntN(itPeople), "atribuicao", fmt.Sprint(t.assignee)
		case 2:
			actor, kind, from, to = 1+r.IntN(itPeople), "status", "aberto", t.status
		}
		return []any{int64(id), int32(ticket), int32(actor), int32(t.owner), t.at.Add(time.Duration(nth) * time.Hour), kind, "telegram", t.status, from, to}
	})
}

// markers is how many rare words there are: each is in every markers-th ticket.
const markers = 1000

// marker is the rare word of a ticket.
func marker(id int) string {
	const consonants, vowels = "bdfgjlmnpr", "aeiou"
	n := id % markers
	var b strings.Builder
	b.WriteString("kx")
	for range 3 {
		b.WriteByte(consonants[n%10])
		b.WriteByte(vowels[n%5])
		n /= 10
	}
	b.WriteByte('z')
	return b.String()
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func sentence(r *rand.Rand, words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		// Common words are far more common than rare ones.
		f := r.Float64()
		b.WriteString(vocabulary[int(f*f*float64(len(vocabulary)))])
	}
	return b.String()
}

var (
	firstNames = strings.Fields("Ana Beatriz Carlos Daniela Eduardo Fernanda Gustavo Helena Igor Júlia Karina Lucas Mariana Nicolas Otávia Paulo Rafaela Sérgio Tatiana Vinícius")
	lastNames  = strings.Fields("Almeida Barbosa Cardoso Dias Esteves Ferreira Gonçalves Lima Martins Nogueira Oliveira Pereira Ribeiro Santos Teixeira Vieira")
	categories = strings.Fields("hardware hardware software software software rede email sistema sistema outro")
	priorities = strings.Fields("baixa media media media alta urgente")
	statuses   = strings.Fields("aberto em_andamento aguardando resolvido resolvido fechado fechado fechado fechado fechado fechado cancelado")
	vocabulary = strings.Fields(`não a o de que impressora computador senha sistema rede acesso erro lento internet e-mail tela
		ligar abrir imprimir arquivo pasta reunião relatório planilha usuário conta bloqueada monitor teclado mouse cabo ponto
		wi-fi roteador servidor compartilhada permissão instalar atualizar programa versão licença antivírus mensagem janela
		trava reinicia desliga barulho fumaça cheiro papel atolado toner cartucho scanner digitalizar assinatura certificado
		navegador página portal nota fiscal financeiro compras estoque recepção gerente colaborador notebook celular carregador
		bateria fonte câmera microfone fone áudio vídeo projetor sala cadeado crachá catraca telefone ramal chamada fila
		urgente hoje amanhã ontem semana sempre nunca depois antes quando porque desde ainda também agora favor obrigado ajuda
		configurações impressões conexões funções versões atualização configuração conexão função backup restaurar perdido
		apagado recuperar lixeira documento contrato anexo pesado tamanho limite espaço disco memória processador placa`)
)
