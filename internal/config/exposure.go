package config

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// OpenSecrets returns which of the settings' files hold secrets that everybody can read.
func OpenSecrets(configFile string) []string {
	var open []string
	for _, file := range FilesOf(configFile) {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o004 != 0 && holdsSecrets(file) {
			open = append(open, file)
		}
	}
	return open
}

// FilesOf returns those of the settings' files that are there: config.yaml and the .env beside it.
func FilesOf(configFile string) []string {
	return slices.DeleteFunc([]string{configFile, filepath.Join(filepath.Dir(configFile), ".env")}, func(file string) bool {
		_, err := os.Stat(file)
		return err != nil
	})
}

// Public reports whether an address can be reached from other machines.
func Public(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

func holdsSecrets(file string) bool {
	data, err := os.ReadFile(file)
	text := strings.ToLower(string(data))
	for _, word := range []string{"password:", "token:", "secret_key:", "db_password=", "secret_key=", "_token=", "_secret="} {
		if _, rest, found := strings.Cut(text, word); found && strings.Trim(strings.SplitN(rest, "\n", 2)[0], " \"'\r") != "" {
			return err == nil
		}
	}
	return false
}
