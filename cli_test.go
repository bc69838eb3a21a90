package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/crypto/bcrypt"

	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
	"chamados/internal/config/configtest"
	"chamados/storage/pgtest"
)

// terminal runs commands as a shell would, in the settings of one installation.
type terminal struct {
	t    *testing.T
	file string
	in   string

	probe time.Duration // of the doctor, none if it is 0
}

// newTerminal has a database of its own and an empty config.yaml; env are names and values
// in turn.
func newTerminal(t *testing.T, env ...string) *terminal {
	t.Helper()
	for _, name := range config.Environment {
		configtest.Unset(t, name)
	}
	t.Setenv("DATABASE_URL", pgtest.URL(t))
	t.Setenv("DATA_DIR", t.TempDir())
	for i := 0; i+1 < len(env); i += 2 {
		t.Setenv(env[i], env[i+1])
	}
	return &terminal{t: t, file: configtest.File(t, "", "")}
}

// run returns what a command printed, and its exit status.
func (x *terminal) run(args ...string) (out, errors string, code int) {
	x.t.Helper()
	args = append(args, "--config", x.file)
	var stdout, stderr bytes.Buffer
	c := newCLI(args, func(string) string { return "" })
	c.cost, c.probe = bcrypt.MinCost, x.probe
	root := c.root()
	root.SetArgs(args)
	root.SetIn(strings.NewReader(x.in))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	code = c.report(&stderr, root.ExecuteContext(x.t.Context()))
	return stdout.String(), stderr.String(), code
}

// must runs a command that has to succeed.
func (x *terminal) must(args ...string) string {
	x.t.Helper()
	out, errors, code := x.run(args...)
	if code != 0 {
		x.t.Fatalf("%v: status %d: %s%s", args, code, out, errors)
	}
	return out
}

// refused runs a command that has to fail and say something.
func (x *terminal) refused(says string, args ...string) {
	x.t.Helper()
	out, errors, code := x.run(args...)
	if code != 1 || !strings.Contains(out+errors, says) {
		x.t.Errorf("%v: status %d, want %q: %s%s", args, code, says, out, errors)
	}
}

func TestLanguageOfTheCommandLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  map[string]string
		want domain.Lang
	}{
		{nil, nil, domain.LangPortuguese},
		{nil, map[string]string{"LANG": "C.UTF-8"}, domain.LangPortuguese},
		{nil, map[string]string{"LANG": "en_US.UTF-8"}, domain.LangEnglish},
		{nil, map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "pt_BR.UTF-8"}, domain.LangPortuguese},
		{[]string{"doctor", "--lang", "en"}, map[string]string{"LANG": "pt_BR"}, domain.LangEnglish},
		{[]string{"--lang=pt-BR", "doctor"}, map[string]string{"LANG": "en_GB"}, domain.LangPortuguese},
		{[]string{"import", "--", "--lang=en"}, nil, domain.LangPortuguese},
	} {
		if got := spoken(c.args, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v %v: %s", c.args, c.env, got)
		}
	}
}

// Every command says in both languages what it does, with examples that it understands.
func TestEveryCommandExplainsItself(t *testing.T) {
	for _, lang := range domain.Langs {
		c := &cli{lang: lang}
		walkCommands(c.root(), func(cmd *cobra.Command) {
			for _, text := range []string{cmd.Short, cmd.Long, cmd.Example} {
				if strings.TrimSpace(text) == "" || strings.Contains(text, "cli.") {
					t.Errorf("%s, %s: %q", lang, cmd.CommandPath(), text)
				}
			}
			cmd.Flags().VisitAll(func(f *pflag.Flag) {
				if strings.HasPrefix(f.Usage, "cli.") {
					t.Errorf("%s, %s: flag %s has no text", lang, cmd.CommandPath(), f.Name)
				}
			})
			for line := range strings.Lines(cmd.Example) {
				understood(t, lang, strings.TrimSpace(line))
			}
		})
	}
}

func walkCommands(cmd *cobra.Command, visit func(*cobra.Command)) {
	if cmd.Name() == "help" {
		return
	}
	visit(cmd)
	for _, child := range cmd.Commands() {
		walkCommands(child, visit)
	}
}

var typed = regexp.MustCompile(`(?:^|\| |[A-Z_]+=\S+ )chamados ([^|>#]*)`)

// understood parses a line that people are told to type, without doing what it says.
func understood(t *testing.T, lang domain.Lang, line string) {
	t.Helper()
	m := typed.FindStringSubmatch(line)
	if m == nil {
		t.Errorf("%s: no command in %q", lang, line)
		return
	}
	root := (&cli{lang: lang}).root()
	cmd, rest, err := root.Find(words(m[1]))
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err == nil {
		err = cmd.ValidateRequiredFlags()
	}
	if err == nil {
		err = cmd.ValidateFlagGroups()
	}
	if err != nil || !cmd.Runnable() {
		t.Errorf("%s: %q: %v", lang, line, err)
	}
}

// words splits as a shell does, as far as double quotes go.
func words(line string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// A text that the code asks for by name is in the catalogs.
func TestTextsOfTheCommandLineExist(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("internal/doctor/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, more...)
	asked := regexp.MustCompile(`\b[cd]\.(text|count|ok|warn|fail|misused)\((?:cmd, )?"([a-z_.]+)"(?:, "([a-z_]+)")?`)
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(source), -1) {
			if strings.HasPrefix(file, "internal/doctor/") && m[3] == "" && m[1] != "text" {
				continue // which outcome is decided there
			}
			key := "cli." + m[2]
			if m[1] == "misused" {
				key = "cli.usage." + m[2]
			} else if m[1] != "text" && m[1] != "count" {
				key = "cli.doctor." + m[2] + "." + m[3]
			}
			keys := []string{key}
			if m[1] == "warn" || m[1] == "fail" {
				keys = append(keys, key+"_fix")
			}
			for _, key := range keys {
				found++
				if !strings.HasSuffix(key, ".") && i18n.Text(domain.LangPortuguese, key, nil) == key {
					t.Errorf("%s: no text %s", file, key)
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d texts were looked for", found)
	}
}

// A command line that is not understood is answered in the language of whoever typed it, with how it is done.
func TestWhatIsNotUnderstoodIsSaidInBothLanguages(t *testing.T) {
	x := newTerminal(t)
	var said strings.Builder
	for _, line := range []string{
		"nada", "sevre", "user", "user nada", "user ad", "help nada", "import", "import a b", "import --dry", "import -z",
		"user add x@y.z", "user reset-password a@b.c", "user reset-password a@b.c --link --generate",
		"doctor --json=x", "completion csh", "import nada.csv", "export DIR", "backup DIR", "restore nada",
	} {
		fmt.Fprintf(&said, "=== chamados %s\n", line)
		for _, lang := range domain.Langs {
			dir := t.TempDir()
			out, complaint, code := x.run(append(strings.Fields(strings.ReplaceAll(line, "DIR", dir)), "--lang", string(lang))...)
			if line == "user" {
				complaint, _, _ = strings.Cut(out, "\n")
				complaint += "\n"
			} else if code != 1 || out != "" {
				t.Errorf("%s: status %d, %s", line, code, out)
			}
			fmt.Fprintf(&said, "--- %s\n%s", lang, strings.ReplaceAll(complaint, dir, "DIR"))
		}
	}
	if strings.Contains(said.String(), "cli.") {
		t.Error("a text is missing")
	}
	goldenFile(t, "testdata/usage.golden", said.String())
}

// Every command's help, as people read it.
func TestHelpInBothLanguages(t *testing.T) {
	for _, lang := range domain.Langs {
		var said strings.Builder
		walkCommands((&cli{lang: lang}).root(), func(cmd *cobra.Command) {
			out, _, code := newPlainTerminal(t).run(append(strings.Fields(cmd.CommandPath())[1:], "--help", "--lang", string(lang))...)
			fmt.Fprintf(&said, "=== %s --help\n%s", cmd.CommandPath(), out)
			if code != 0 {
				t.Errorf("%s: status %d", cmd.CommandPath(), code)
			}
		})
		goldenFile(t, "testdata/help."+string(lang)+".golden", said.String())
	}
}

// newPlainTerminal has no database.
func newPlainTerminal(t *testing.T) *terminal { return &terminal{t: t, file: "config.yaml"} }

func TestEverySettingIsExplained(t *testing.T) {
	for _, lang := range domain.Langs {
		for _, s := range config.Default().Summary() {
			if key := "setting." + s.Name; i18n.Text(lang, key, nil) == key {
				t.Errorf("%s: %s is not explained", lang, s.Name)
			}
		}
	}
}

func TestConfigShowsNoSecret(t *testing.T) {
	x := newTerminal(t, "TELEGRAM_BOT_TOKEN", "123456:AA-segredo-segredo", "SMTP_URL", "smtp://ana:segredo@mail.example.com", "EMAIL_FROM", "ti@example.com")
	for _, args := range [][]string{{"config"}, {"config", "--json"}} {
		out := x.must(args...)
		if strings.Contains(out, "segredo") || !strings.Contains(out, "telegram.token") || !strings.Contains(out, "definida, oculta") {
			t.Errorf("%v: %s", args, out)
		}
	}
}

func TestVersionAndCompletion(t *testing.T) {
	x := newTerminal(t)
	if out := x.must("version", "--json"); !strings.Contains(out, `"versao":"`+buildVersion()) {
		t.Error(out)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if out := x.must("completion", shell); !strings.Contains(out, "chamados") {
			t.Errorf("%s: %s", shell, out)
		}
	}
	x.refused("csh", "completion", "csh")
}
