package config

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Database names an external PostgreSQL; without URL, Host and Name the embedded
// one is used.
type Database struct {
	URL            Secret `mapstructure:"url"`
	ReadURL        Secret `mapstructure:"read_url"`
	Host           string `mapstructure:"host"`
	Port           int    `mapstructure:"port"`
	User           string `mapstructure:"user"`
	Password       Secret `mapstructure:"password"`
	Name           string `mapstructure:"name"`
	MaxConnections int    `mapstructure:"max_connections"`
}

// External returns the connection URL of the configured server, "" if none is
// configured.
func (d Database) External() string {
	if d.URL != "" {
		return string(d.URL)
	}
	if d.Host == "" && d.Name == "" {
		return ""
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(d.User, string(d.Password)),
		Host: net.JoinHostPort(or(d.Host, "localhost"), strconv.Itoa(d.Port)), Path: "/" + or(d.Name, "chamados"),
	}
	if strings.HasPrefix(d.Host, "/") { // the directory of a socket
		u.Host, u.RawQuery = "", url.Values{"host": {d.Host}, "port": {strconv.Itoa(d.Port)}}.Encode()
	}
	return u.String()
}

// minConnections are those that a process needs to do everything that it does at once.
const minConnections = 4

func (d Database) validate(reject rejecter) {
	for key, address := range map[string]Secret{"database.url": d.URL, "database.read_url": d.ReadURL} {
		u, err := url.Parse(string(address))
		if address != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
			reject(key, "postgres_url")
		}
	}
	between(reject, "database.port", d.Port, 1, 65535)
	if d.MaxConnections < minConnections {
		reject("database.max_connections", "at_least", "Value", d.MaxConnections, "Min", minConnections)
	}
}
