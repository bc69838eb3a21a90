package main

import "chamados/domain"

// seedPerson is somebody of the sandbox's company. Telegram ids are made up.
type seedPerson struct {
	first, last string
	role        domain.Role
	telegram    int64
	job         string
	linked      bool
}

func (p seedPerson) name() string  { return p.first + " " + p.last }
func (p seedPerson) email() string { return seedAddress(p.first) }

const (
	sandboxGroup     = -1001000000001
	sandboxGroupName = "TI · Chamados"
)

// seedPeople: the first one is the account to log in with; Helena has an invitation that
// she has not used, Igor is a stranger with no account at all.
var seedPeople = []seedPerson{
	{"Ana", "Ribeiro", domain.RoleIT, 501, "TI", true},
	{"Bruno", "Tavares", domain.RoleIT, 502, "TI", true},
	{"Carla", "Mendes", domain.RoleEmployee, 601, "Financeiro", true},
	{"Davi", "Rocha", domain.RoleEmployee, 602, "Comercial", true},
	{"Edna", "Souza", domain.RoleEmployee, 603, "Recursos Humanos", true},
	{"Fábio", "Lima", domain.RoleEmployee, 604, "Produção", true},
	{"Helena", "Prado", domain.RoleEmployee, 605, "Jurídico · convidada", false},
}

var sandboxStranger = seedPerson{"Igor", "Nunes", domain.RoleEmployee, 699, "sem conta", false}

// seedComment is by the requester, or by the assignee (or Ana), internal or not.
type seedComment struct {
	it, internal bool
	text         string
}

type seedTicket struct {
	who      string
	category domain.Category
	priority domain.Priority
	status   domain.Status
	assignee string
	hoursAgo int
	title    string
	text     string
	comments []seedComment
}

const (
	hw, sw, net_, mail_, sys = domain.CategoryHardware, domain.CategorySoftware, domain.CategoryNetwork, domain.CategoryEmail, domain.CategorySystem
	other                    = domain.CategoryOther
	urgent, high, mid, low   = domain.PriorityUrgent, domain.PriorityHigh, domain.PriorityMedium, domain.PriorityLow
	open, working, waiting   = domain.StatusOpen, domain.StatusInProgress, domain.StatusWaiting
	solved, closed, dropped  = domain.StatusResolved, domain.StatusClosed, domain.StatusCancelled
)

func asks(text string) seedComment  { return seedComment{text: text} }
func helps(text string) seedComment { return seedComment{it: true, text: text} }
func notes(text string) seedComment { return seedComment{it: true, internal: true, text: text} }

// seedTickets are what a company of this size sees in two weeks, oldest first. The last
// three are opened after the chats are linked, so that the group shows their cards.
var seedTickets = []seedTicket{
	{"Edna", hw, mid, closed, "Ana", 330, "Tecla de espaço do teclado travando", "A tecla de espaço do meu teclado trava a cada duas palavras.", []seedComment{helps("Deixei um teclado novo na sua mesa."), asks("Perfeito, obrigada!")}},
	{"Davi", sw, low, closed, "Bruno", 322, "Atualizar o leitor de PDF", "O leitor de PDF pede atualização toda manhã e eu não tenho permissão.", nil},
	{"Carla", sys, high, closed, "Ana", 310, "ERP não emite nota fiscal para São Paulo", "Erro 404 ao emitir NF-e com destino SP. Outras UFs funcionam.", []seedComment{notes("Certificado A1 venceu ontem; renovado com a contabilidade."), helps("Certificado renovado, pode emitir de novo.")}},
	{"Fábio", net_, mid, closed, "Bruno", 300, "Wi-Fi fraco no galpão 2", "O coletor perde a conexão perto da doca.", []seedComment{helps("Instalamos mais um ponto de acesso na doca.")}},
	{"Davi", mail_, mid, solved, "Ana", 288, "Assinatura de e-mail com o logotipo antigo", "Minha assinatura ainda mostra o logotipo de 2019.", nil},
	{"Edna", sw, mid, closed, "Bruno", 276, "Instalar o aplicativo da folha de ponto", "Preciso do novo aplicativo de ponto até sexta-feira.", nil},
	{"Carla", hw, low, dropped, "", 270, "Segundo monitor", "Gostaria de um segundo monitor. Cancelado: consegui um emprestado.", nil},
	{"Fábio", sys, urgent, closed, "Ana", 262, "Apontamento de produção parado", "Ninguém consegue apontar produção desde as 6h.", []seedComment{helps("Serviço reiniciado; estamos acompanhando."), notes("Disco do servidor estava 100% cheio de logs."), asks("Voltou por aqui, valeu.")}},
	{"Davi", other, low, closed, "Bruno", 250, "Onde fica o manual da política de senhas?", "Não achei na intranet.", nil},
	{"Carla", mail_, high, solved, "Bruno", 240, "Não recebo e-mails de um fornecedor", "O fornecedor diz que os e-mails voltam com erro 550.", []seedComment{helps("O domínio deles estava em uma lista de bloqueio; liberei.")}},
	{"Edna", hw, mid, closed, "Ana", 228, "Impressora do RH mancha o papel", "Sai uma faixa preta na lateral de todas as folhas.", nil},
	{"Fábio", hw, high, closed, "Ana", 216, "Coletor de dados não carrega", "O coletor 07 não carrega em nenhuma base.", nil},
	{"Davi", net_, mid, closed, "Bruno", 204, "VPN cai a cada 10 minutos", "Trabalhando de casa a VPN cai sozinha.", []seedComment{asks("Acontece mais à tarde."), helps("Troquei você para o novo servidor de VPN.")}},
	{"Carla", sw, low, solved, "Ana", 196, "Excel abre muito devagar", "Leva quase um minuto para abrir qualquer planilha.", nil},
	{"Edna", sys, mid, solved, "Bruno", 180, "Relatório de férias em branco", "O relatório sai sem nenhuma linha para o mês que vem.", nil},
	{"Fábio", net_, low, dropped, "", 172, "Ponto de rede na sala de reunião", "Não vamos mais usar a sala, pode cancelar.", nil},
	{"Davi", hw, mid, solved, "Ana", 160, "Notebook esquenta e desliga", "Depois de duas horas de reunião ele desliga sozinho.", []seedComment{helps("Limpamos a ventoinha e trocamos a pasta térmica.")}},
	{"Carla", sys, mid, solved, "Bruno", 150, "Senha do banco de horas bloqueada", "Errei a senha três vezes.", nil},
	{"Edna", mail_, mid, solved, "Ana", 140, "Criar lista de e-mail para a CIPA", "cipa@… com os 8 membros da comissão.", nil},
	{"Fábio", sw, mid, waiting, "Bruno", 130, "Licença do AutoCAD expirada", "O programa abre só para leitura.", []seedComment{helps("Pedi a renovação; o fornecedor responde até quinta.")}},
	{"Davi", sys, high, working, "Ana", 120, "CRM duplica os clientes importados", "Ao importar a planilha da feira cada cliente aparece duas vezes.", []seedComment{notes("Parece o mesmo problema de março: chave sem o dígito do CNPJ."), helps("Estamos corrigindo a importação; por favor não importe de novo por enquanto.")}},
	{"Carla", hw, mid, waiting, "Ana", 110, "Leitor de boletos não lê o código", "O leitor acende mas não apita.", []seedComment{helps("Consegue testar com o cabo que deixei na recepção?")}},
	{"Edna", sw, low, waiting, "Bruno", 98, "Modelo de contrato perde a formatação", "Ao salvar como PDF as margens mudam.", []seedComment{helps("Me manda um contrato em que isso acontece?")}},
	{"Fábio", hw, high, waiting, "Bruno", 90, "Balança não envia o peso ao sistema", "O visor mostra o peso, o sistema fica em zero.", []seedComment{asks("Na balança 3 funciona."), notes("Conversor serial-USB com defeito; encomendado."), helps("A peça chega na quinta; por ora pese na 3, por favor.")}},
	{"Davi", mail_, low, working, "Bruno", 78, "Caixa de e-mail cheia", "Recebi aviso de 99% de uso.", []seedComment{helps("Estou arquivando os anexos antigos; até amanhã sobra espaço.")}},
	{"Carla", sys, low, working, "Ana", 70, "Conciliação bancária não fecha", "Diferença de R$ 0,01 em todos os dias do mês.", []seedComment{helps("É arredondamento na importação do banco; pedi a correção.")}},
	{"Edna", hw, low, open, "", 66, "Headset com chiado", "O microfone chia nas entrevistas on-line.", []seedComment{helps("Temos um de reserva: pode buscar na TI.")}},
	{"Davi", sw, mid, open, "", 54, "Instalar o Power BI", "Preciso abrir o painel de vendas da diretoria.", []seedComment{helps("Falta a licença; pedi hoje ao seu gestor.")}},
	{"Fábio", net_, mid, working, "Ana", 50, "Câmera da portaria sem imagem", "A câmera 4 está preta desde ontem à noite.", []seedComment{helps("O eletricista troca a fonte dela hoje.")}},
	{"Carla", other, low, open, "", 46, "Acesso à pasta de contratos", "Preciso de leitura na pasta Jurídico › Contratos 2026.", []seedComment{helps("Pedi a autorização ao Jurídico.")}},
	{"Edna", sys, mid, working, "Bruno", 30, "Ponto eletrônico com horário errado", "O relógio está uma hora adiantado.", []seedComment{helps("Acertado no servidor; falta o relógio da portaria.")}},
	{"Davi", hw, mid, open, "", 27, "Mouse sem fio parou", "Já troquei a pilha.", []seedComment{helps("Levo outro para você na hora do almoço.")}},
	{"Fábio", sw, low, open, "", 22, "Atalho do sistema sumiu da área de trabalho", "Depois da atualização de ontem.", nil},
	{"Edna", other, low, solved, "Ana", 20, "Projetor para o treinamento de quinta", "Sala 2, das 9h às 12h.", nil},
	{"Davi", net_, mid, open, "", 8, "Sem acesso ao drive do comercial", "Aparece \"caminho de rede não encontrado\" em \\\\srv-arquivos\\comercial.", nil},
	{"Carla", hw, mid, solved, "Bruno", 6, "Gaveta do caixa não abre", "Só abre com a chave.", []seedComment{helps("Cabo solto; testado com você por telefone.")}},
	{"Carla", mail_, urgent, working, "Bruno", 4, "E-mail suspeito pedindo transferência", "Recebi um e-mail do \"presidente\" pedindo um PIX. Não cliquei em nada.", []seedComment{notes("Phishing. Bloqueado o remetente <ceo@examp1e.com> & avisado o financeiro."), helps("Fez muito bem em avisar. Já bloqueamos o remetente.")}},
	{"Fábio", sys, high, open, "", 3, "Etiquetas saem com o lote errado", "As etiquetas da linha 2 mostram o lote de ontem.", nil},
	{"Carla", hw, mid, open, "", 2, "Impressora do financeiro não puxa o papel", "Já tirei a bandeja e coloquei de novo. Faz um barulho e desiste.", nil},
	{"Davi", sw, high, working, "Ana", 1, "Proposta trava ao gerar o PDF", "Trava sempre na página 3, a que tem a tabela de preços.", []seedComment{helps("Davi, pode me mandar o arquivo da proposta?")}},
}
