// Package cookie keeps what browsers are given to keep. Under TLS names have the prefix __Host-, with which a browser takes
// a cookie from this very host over TLS only: nobody else, a neighbouring subdomain included, can lay one in its place.
package cookie

import (
	"net/http"

	"chamados/admin/proxy"
)

const hostPrefix = "__Host-"

func nameOf(r *http.Request, name string) string {
	if proxy.Secure(r) {
		return hostPrefix + name
	}
	return name
}

// Get returns what the browser keeps under a name; false if nothing.
func Get(r *http.Request, name string) (value string, ok bool) {
	c, err := r.Cookie(nameOf(r, name))
	if err != nil {
		return "", false
	}
	return c.Value, true
}

// Set has the browser keep a value for so many seconds, out of reach of scripts; negative ends it.
func Set(w http.ResponseWriter, r *http.Request, name, value string, seconds int, site http.SameSite) {
	http.SetCookie(w, &http.Cookie{
		Name: nameOf(r, name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: proxy.Secure(r), SameSite: site,
	})
}
