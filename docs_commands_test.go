package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chamados/domain"
)

// asProgram makes a copy of the test binary the program itself, so that tests can run
// processes of it without building it.
const asProgram = "CHAMADOS_TEST_AS_PROGRAM"

func init() {
	if os.Getenv(asProgram) != "" {
		main()
	}
}

// notRun are the commands that pages tell people to type and that the test does not run, with the reason.
var notRun = map[string]string{
	"git clone https://github.com/chamados/chamados && cd chamados": "is on the internet",
	"docker compose up -d":                                  "needs Docker; TestComposeFile reads its file",
	"apt-get install -y postgresql nginx":                   "changes the machine; .ci/run installs the same",
	"runuser -u postgres -- createuser --pwprompt chamados": "asks for a password",
	"runuser -u postgres -- createdb --owner=chamados --encoding=UTF8 --template=template0 chamados":                               "needs a server of the system",
	"install -m 755 chamados /usr/local/bin/chamados":                                                                              "changes the machine",
	"install -d -m 755 /etc/chamados":                                                                                              "changes the machine",
	"install -m 644 config.yaml /etc/chamados/config.yaml":                                                                         "changes the machine",
	"install -m 600 .env.example /etc/chamados/.env":                                                                               "changes the machine",
	"install -m 644 deploy/systemd/chamados.service /etc/systemd/system/chamados.service":                                          "changes the machine; make deploy-check verifies the unit",
	"chamados doctor --config /etc/chamados/config.yaml":                                                                           "is run without the path elsewhere",
	"apt-get install -y certbot":                                                                                                   "changes the machine",
	"certbot certonly --webroot --webroot-path /var/www/html --domain chamados.example.com --deploy-hook 'systemctl reload nginx'": "is on the internet",
	"install -m 644 deploy/nginx/chamados.conf /etc/nginx/conf.d/chamados.conf":                                                    "changes the machine; make deploy-check verifies the site",
	"nginx -t && systemctl reload nginx":                                                                                           "changes the machine",
	"systemctl daemon-reload":                                                                                                      "changes the machine",
	"systemctl enable --now chamados":                                                                                              "changes the machine",
	"chamados restore chamados-2026-11-23.backup":                                                                                  "wants an empty database; the tests of backups restore",
	"sysctl -w vm.nr_hugepages=600":                                                                                                "changes the machine",
	"docker compose stop app":                                                                                                      "needs Docker",
	"docker compose start app":                                                                                                     "needs Docker",
	"docker compose exec db dropdb --username=chamados chamados":                                                                   "needs Docker",
	"docker compose exec db createdb --username=chamados chamados":                                                                 "needs Docker",
	"docker compose run --rm -T tools backup - > chamados-$(date +%F).backup":                                                      "needs Docker; TestBackupThroughPipes does the same",
	"docker compose run --rm -T tools restore - < chamados-2026-11-23.backup":                                                      "needs Docker; TestBackupThroughPipes does the same",
}

var fences = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// commands returns the lines of a page's shell blocks, without comments.
func commands(text string) []string {
	var out []string
	for _, m := range fences.FindAllStringSubmatch(text, -1) {
		if m[1] != "sh" && !(m[1] == "" && strings.Contains(m[2], "make ")) {
			continue
		}
		for line := range strings.Lines(strings.ReplaceAll(m[2], "\\\n", "")) {
			line, _, _ = strings.Cut(line, " #")
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
	}
	return out
}

// Whatever a page tells people to type works, in this order, from a fresh copy; or it says above why it is not tried.
func TestDocsCommandsWork(t *testing.T) {
	known := map[string]bool{}
	for _, page := range pages(t) {
		list := commands(string(readDeployed(t, page)))
		for _, line := range list {
			known[line] = true
		}
		if len(list) > 0 {
			t.Run(page, func(t *testing.T) { runPage(t, list) })
		}
	}
	for line := range notRun {
		if !known[line] {
			t.Errorf("no page tells to type %q any more", line)
		}
	}
}

func runPage(t *testing.T, list []string) {
	x := newTerminal(t)
	if !strings.Contains(strings.Join(list, "\n"), "user add ana@example.com") {
		x.must("user", "add", "ana@example.com", "--name", "Ana", "--role", "ti", "--generate")
	}
	dir, bin := t.TempDir(), t.TempDir()
	for _, file := range []string{".env.example", "config.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, file), readDeployed(t, file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wrapper := fmt.Sprintf("#!/bin/sh\n%s=1 exec %s \"$@\"\n", asProgram, os.Args[0])
	if err := os.WriteFile(filepath.Join(bin, "chamados"), []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, line := range list {
		if notRun[line] != "" || ofTheSources(t, line) {
			continue
		}
		line = regexp.MustCompile(`docker compose exec (-T )?app /chamados`).ReplaceAllString(line, "chamados")
		cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "LANG=C.UTF-8", "ADMIN_EMAIL=ti@example.com", "ADMIN_PASSWORD=uma frase bem minha")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
}

var (
	makeTarget = regexp.MustCompile(`^make ([a-z-]+)`)
	goPackage  = regexp.MustCompile(`\s\./([\w/]+)`)
)

// ofTheSources reports whether a line is for who works on the program; .ci/run tests, lints and builds, and what
// measures or breaks things takes too long. What such a line names has to exist.
func ofTheSources(t *testing.T, line string) bool {
	t.Helper()
	if m := makeTarget.FindStringSubmatch(line); m != nil {
		if !strings.Contains(string(readDeployed(t, "Makefile")), "\n"+m[1]+":") {
			t.Errorf("%s: the Makefile has no such target", line)
		}
		return true
	}
	if !strings.Contains(line, "go test ") && !strings.HasPrefix(line, "go run ") {
		return false
	}
	for _, m := range goPackage.FindAllStringSubmatch(line, -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	return true
}

var inlineCommand = regexp.MustCompile("`(chamados [^`]+)`")

// What pages tell to type in passing is at least understood by the program.
func TestDocsInlineCommandsAreUnderstood(t *testing.T) {
	found := 0
	for _, page := range pages(t) {
		for _, m := range inlineCommand.FindAllStringSubmatch(string(readDeployed(t, page)), -1) {
			if strings.Contains(m[1], "…") { // any command
				continue
			}
			root := (&cli{lang: domain.LangEnglish}).root()
			if cmd, rest, err := root.Find(words(strings.TrimPrefix(m[1], "chamados "))); err != nil || cmd == root {
				t.Errorf("%s: %q: %v", page, m[1], err)
			} else if err := cmd.ParseFlags(rest); err != nil {
				t.Errorf("%s: %q: %v", page, m[1], err)
			}
			found++
		}
	}
	if found < 10 {
		t.Errorf("only %d commands were found", found)
	}
}

// The README says the same in both languages: the same headings in depth and number, the same commands, the same links.
func TestReadmesAreEqual(t *testing.T) {
	shape := func(file string) (levels, typed, images []string) {
		text := string(readDeployed(t, file))
		for _, m := range regexp.MustCompile(`(?m)^(#+) (\d+\.)?`).FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
			levels = append(levels, m[0])
		}
		for _, m := range regexp.MustCompile(`!\[[^]]*\]\(([^)]*)\)|\]\((deploy/[^)]*)\)`).FindAllStringSubmatch(text, -1) {
			images = append(images, m[1]+m[2])
		}
		return levels, commands(text), images
	}
	levels, typed, images := shape("README.md")
	levelsPT, typedPT, imagesPT := shape("README.pt-BR.md")
	if !slices.Equal(levels, levelsPT) || len(levels) < 10 {
		t.Errorf("headings differ:\n%q\n%q", levels, levelsPT)
	}
	if !slices.Equal(typed, typedPT) || len(typed) < 10 {
		t.Errorf("commands differ:\n%q\n%q", typed, typedPT)
	}
	if !slices.Equal(images, imagesPT) || len(images) < 3 {
		t.Errorf("pictures and files differ:\n%q\n%q", images, imagesPT)
	}
}

var headingMarks = regexp.MustCompile(`(?m)^#+ `)

// The page for operators says the same in both languages: the same headings in depth and order, the same commands.
func TestOperationsPagesAreEqual(t *testing.T) {
	english, portuguese := string(readDeployed(t, "docs/operations.md")), string(readDeployed(t, "docs/pt-BR/operacao.md"))
	levels := func(text string) []string { return headingMarks.FindAllString(fences.ReplaceAllString(text, ""), -1) }
	if a, b := levels(english), levels(portuguese); !slices.Equal(a, b) || len(a) < 15 {
		t.Errorf("headings differ:\n%q\n%q", a, b)
	}
	if a, b := commands(english), commands(portuguese); !slices.Equal(a, b) || len(a) < 15 {
		t.Errorf("commands differ:\n%q\n%q", a, b)
	}
}
