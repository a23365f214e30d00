// SPDX-License-Identifier: MIT

// Command headers answers with the headers that it is asked for: HTTP/1 and h2c on one port, HTTPS on
// another. One file, standard library, Go 1.15 and later. It ends when its standard input does.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"io/ioutil"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// add takes "Name:value" and adds it as it stands: names are not made canonical on the way.
func add(w http.ResponseWriter, headers []string) {
	for _, header := range headers {
		at := strings.Index(header, ":")
		w.Header().Add(header[:at], header[at+1:])
	}
}

// set answers as its query says: header=Name:value before the status is written, late=Name:value after it,
// status, and flush, which sends what there is before more is added. Without a status it is left to
// net/http to write it.
func set(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	add(w, query["header"])
	if status, err := strconv.Atoi(query.Get("status")); err == nil {
		w.WriteHeader(status)
	}
	if query.Get("flush") != "" {
		w.(http.Flusher).Flush()
	}
	if query.Get("silent") == "" {
		io.WriteString(w, "set\n")
	}
	add(w, query["late"])
}

// form parses its form, which is nil before.
func form(w http.ResponseWriter, r *http.Request) {
	check(r.ParseForm())
	parsed(r, r.Form.Get("name"))
	io.WriteString(w, r.Form.Get("name")+"\n")
}

// parsed is there for its arguments.
//
//go:noinline
func parsed(r *http.Request, name string) {}

// panics ends as it says, after it set a header.
func panics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Answer", "none")
	panic(http.ErrAbortHandler)
}

func selfSigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		DNSNames:     []string{"localhost"},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	check(err)
	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}
}

// allowUnencryptedHTTP2 sets Server.Protocols, which came with Go 1.24, by a road that builds without it.
func allowUnencryptedHTTP2(server *http.Server) {
	field := reflect.ValueOf(server).Elem().FieldByName("Protocols")
	if !field.IsValid() {
		return
	}
	protocols := reflect.New(field.Type().Elem())
	allowed := []reflect.Value{reflect.ValueOf(true)}
	protocols.MethodByName("SetHTTP1").Call(allowed)
	protocols.MethodByName("SetHTTP2").Call(allowed)
	protocols.MethodByName("SetUnencryptedHTTP2").Call(allowed)
	field.Set(protocols)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/set", set)
	mux.HandleFunc("/form", form)
	mux.HandleFunc("/panic", panics)
	server := &http.Server{Handler: mux}
	secureServer := &http.Server{
		Handler:   mux,
		ErrorLog:  log.New(ioutil.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{selfSigned()}},
	}
	allowUnencryptedHTTP2(server)
	plain, secure := listen(), listen()
	go func() { check(server.Serve(plain)) }()
	go func() { check(secureServer.ServeTLS(secure, "", "")) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":  plain.Addr().String(),
		"https": secure.Addr().String(),
	}))
	io.Copy(ioutil.Discard, os.Stdin)
}
