package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"chamados/internal/config"
)

// composeFile is what docker-compose.yml may hold: a misspelt word is an error.
type composeFile struct {
	Name     string                    `yaml:"name"`
	Services map[string]composeService `yaml:"services"`
	Volumes  map[string]any            `yaml:"volumes"`
}

type composeService struct {
	Image    string   `yaml:"image"`
	Profiles []string `yaml:"profiles"`
	Build    struct {
		Context string            `yaml:"context"`
		Target  string            `yaml:"target"`
		Args    map[string]string `yaml:"args"`
	} `yaml:"build"`
	EnvFile     string            `yaml:"env_file"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Healthcheck struct {
		Test        []string `yaml:"test"`
		Interval    string   `yaml:"interval"`
		Timeout     string   `yaml:"timeout"`
		Retries     int      `yaml:"retries"`
		StartPeriod string   `yaml:"start_period"`
	} `yaml:"healthcheck"`
	Restart         string   `yaml:"restart"`
	ReadOnly        bool     `yaml:"read_only"`
	Tmpfs           []string `yaml:"tmpfs"`
	CapDrop         []string `yaml:"cap_drop"`
	SecurityOpt     []string `yaml:"security_opt"`
	ShmSize         string   `yaml:"shm_size"`
	StopGracePeriod string   `yaml:"stop_grace_period"`
}

func readDeployed(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestComposeFile(t *testing.T) {
	var c composeFile
	in := yaml.NewDecoder(bytes.NewReader(readDeployed(t, "docker-compose.yml")))
	in.KnownFields(true)
	if err := in.Decode(&c); err != nil {
		t.Fatal(err)
	}
	app, db := c.Services["app"], c.Services["db"]
	if !app.ReadOnly || !slices.Equal(app.CapDrop, []string{"ALL"}) || !slices.Contains(app.SecurityOpt, "no-new-privileges:true") {
		t.Errorf("the program may do too much: %+v", app)
	}
	if app.EnvFile != ".env" || app.DependsOn["db"].Condition != "service_healthy" || len(db.Healthcheck.Test) == 0 {
		t.Errorf("%+v %+v", app, db)
	}
	for _, port := range slices.Concat(app.Ports, db.Ports) {
		if !strings.HasPrefix(port, "127.0.0.1:") {
			t.Errorf("port %s is open to everybody", port)
		}
	}
	for name, s := range c.Services {
		for _, v := range s.Volumes {
			volume, _, _ := strings.Cut(v, ":")
			if _, known := c.Volumes[volume]; !known {
				t.Errorf("%s: there is no volume %s", name, volume)
			}
		}
	}
	tools := c.Services["tools"]
	for name := range app.Environment {
		if !knownVariable(name) {
			t.Errorf("the program knows no %s", name)
		}
		if tools.Environment[name] != app.Environment[name] && name != "HTTP_ADDR" {
			t.Errorf("the tools have another %s", name)
		}
	}
	// Backups are made by the clients of the server's own version, on demand, of all that the program keeps.
	stage := "FROM " + db.Image + " AS " + tools.Build.Target + "\n"
	if !strings.Contains(string(readDeployed(t, "Dockerfile")), stage) || len(tools.Profiles) == 0 || !slices.Contains(tools.Volumes, "data:/data") {
		t.Errorf("%q is missing, or %+v", stage, tools)
	}
}

// What is built without a target, as docker build does, is the program alone.
func TestTheImageIsTheProgramAlone(t *testing.T) {
	stages := regexp.MustCompile(`(?m)^FROM .+$`).FindAllString(string(readDeployed(t, "Dockerfile")), -1)
	if last := stages[len(stages)-1]; last != "FROM scratch" {
		t.Errorf("the last stage is %q", last)
	}
}

func knownVariable(name string) bool {
	for _, known := range config.Environment {
		if known == name {
			return true
		}
	}
	return false
}

// The example of a .env names only what the program reads, and holds no value that works.
func TestExampleEnvironment(t *testing.T) {
	for line := range strings.Lines(string(readDeployed(t, ".env.example"))) {
		name, value, err := config.ParseDotenv(strings.TrimRight(line, "\n"))
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if name != "" && !knownVariable(name) {
			t.Errorf("the program knows no %s", name)
		}
		if value != "" && regexp.MustCompile("PASSWORD|SECRET|TOKEN").MatchString(name) {
			t.Errorf("%s has a value that somebody would keep", name)
		}
	}
}

var metricName = regexp.MustCompile(`\b(chamados|process|go)_[a-z_]+`)

// Alerts and dashboard ask for numbers that the program tells.
func TestAlertsAndDashboardUseRealMetrics(t *testing.T) {
	told := toldMetrics(t)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(readDeployed(t, "deploy/grafana/chamados.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	asked := 0
	check := func(where, expr string) {
		for _, name := range metricName.FindAllString(expr, -1) {
			asked++
			if !told[name] {
				t.Errorf("%s asks for %s, which nobody tells", where, name)
			}
		}
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			check("panel "+p.Title, target.Expr)
		}
	}
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert       string
				Expr        string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(readDeployed(t, "deploy/prometheus/chamados.rules.yml"), &rules); err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules.Groups[0].Rules {
		check("alert "+rule.Alert, rule.Expr)
		if file, anchor, ok := strings.Cut(rule.Annotations["description"], "#"); !ok || !slices.Contains(headings(t, file), anchor) {
			t.Errorf("alert %s leads to %q, which is not there", rule.Alert, rule.Annotations["description"])
		}
	}
	if asked < 30 {
		t.Errorf("only %d numbers are asked for", asked)
	}
}

// toldMetrics returns the names of what /metrics tells after some use.
func toldMetrics(t *testing.T) map[string]bool {
	t.Helper()
	w := newWorld(t)
	told := map[string]bool{}
	for range 2 { // the first request is told of by the second
		resp, err := http.Get("http://" + w.program.Addr() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^([a-z_]+)[ {]`).FindAllStringSubmatch(string(text), -1) {
			told[m[1]] = true
		}
	}
	return told
}

var anchorSigns = regexp.MustCompile(`[^\p{L}\p{N} -]`)

// headings returns the anchors of a page's headings, as GitHub makes them.
func headings(t *testing.T, file string) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(readDeployed(t, file)), -1) {
		text := anchorSigns.ReplaceAllString(strings.ToLower(m[1]), "")
		out = append(out, strings.ReplaceAll(text, " ", "-"))
	}
	return out
}
