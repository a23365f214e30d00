// SPDX-License-Identifier: MIT

// Command secrets hands what a request brings that nobody but its receiver should see to functions of all kinds of
// arguments, and leaves it in buffers that later requests get. One file, standard library, Go 1.15 and later. It
// ends when its standard input does.
package main

import (
	"encoding/json"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// kept keeps arguments from being optimised away.
var kept []interface{}

func keep(values ...interface{}) {
	kept = values
}

type Session struct {
	ID string
}

type Login struct {
	User     string
	Password string
	Tokens   map[string]string
	Session  *Session
}

type Pair struct {
	Key, Value string
}

//go:noinline
func reply(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	io.WriteString(w, body)
}

//go:noinline
func headers(h http.Header) { keep(h) }

//go:noinline
func anything(v interface{}) { keep(v) }

//go:noinline
func cookies(list []*http.Cookie) { keep(list) }

//go:noinline
func cookie(c *http.Cookie) { keep(c) }

//go:noinline
func credentials(user, password string) { keep(user, password) }

//go:noinline
func login(l *Login) { keep(l) }

//go:noinline
func logins(byName map[string]Login) { keep(byName) }

//go:noinline
func pairs(list []Pair) { keep(list) }

//go:noinline
func values(form url.Values) { keep(form) }

//go:noinline
func address(u *url.URL) { keep(u) }

//go:noinline
func text(s string) { keep(s) }

//go:noinline
func octets(p []byte) { keep(p) }

//go:noinline
func issue(token string) (session string, err error) {
	keep(token)
	return token, nil
}

//go:noinline
func request(r *http.Request) { keep(r) }

// raw writes the request's header as it was sent.
func raw(r *http.Request) []byte {
	var buffer writer
	check(r.Header.Write(&buffer))
	return buffer
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

// all hands the secrets of a request on by each way.
func all(w http.ResponseWriter, r *http.Request) {
	r.ParseForm() // from Go 1.17 on a semicolon is an error
	token := r.Form.Get("token")
	headers(r.Header)
	anything(r.Header)
	anything(map[string]string{"access_token": token, "open": "shown"})
	cookies(r.Cookies())
	for _, c := range r.Cookies() {
		cookie(c)
	}
	credentials("ada", token)
	l := Login{"ada", token, map[string]string{"api-key": token}, &Session{token}}
	login(&l)
	anything(l)
	logins(map[string]Login{"ada": l})
	pairs([]Pair{{"open", "shown"}, {"Authorization", r.Header.Get("Authorization")}})
	values(r.Form)
	address(r.URL)
	anything(r.URL)
	text(r.RequestURI)
	text(r.Referer())
	octets(raw(r))
	if _, err := issue(token); err != nil {
		log.Fatal(err)
	}
	request(r)
	body, err := json.Marshal(map[string]string{"access_token": token, "open": "shown"})
	check(err)
	reply(w, http.StatusOK, string(body))
}

// moved sends the client to where it came from.
func moved(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "session", Value: r.URL.Query().Get("token")})
	w.Header().Set("Location", "/all?"+r.URL.RawQuery)
	reply(w, http.StatusFound, "")
}

func ping(w http.ResponseWriter, r *http.Request) {
	reply(w, http.StatusOK, "pong")
}

func main() {
	http.HandleFunc("/all", all)
	http.HandleFunc("/moved", moved)
	http.HandleFunc("/ping", ping)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(http.Serve(listener, nil)) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()}))
	io.Copy(ioutil.Discard, os.Stdin)
}
