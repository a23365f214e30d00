// SPDX-License-Identifier: MIT

// Command xnet serves HTTP/2 by golang.org/x/net: without TLS through h2c.NewHandler, whose handlers are not
// called by net/http's server, and with TLS through http2.ConfigureServer.
//
// It prints its addresses as one JSON line and ends when its standard input closes.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/implicit", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/header-only", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusCreated) })
	mux.HandleFunc("/body", func(w http.ResponseWriter, r *http.Request) {
		if size, err := io.Copy(ioutil.Discard, r.Body); err == nil {
			fmt.Fprintf(w, "%d\n", size)
		}
	})
	mux.HandleFunc("/panic", func(w http.ResponseWriter, r *http.Request) { panic("on purpose") })
	mux.HandleFunc("/gone", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "begun")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	return mux
}

func selfSigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	check(err)
	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func main() {
	handler, silence := routes(), log.New(ioutil.Discard, "", 0)
	server := &http.Server{Handler: h2c.NewHandler(handler, &http2.Server{}), ErrorLog: silence}
	secureServer := &http.Server{
		Handler:   handler,
		ErrorLog:  silence,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{selfSigned()}},
	}
	check(http2.ConfigureServer(secureServer, &http2.Server{}))
	plain, secure := listen(), listen()
	go func() { check(server.Serve(plain)) }()
	go func() { check(secureServer.ServeTLS(secure, "", "")) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":  plain.Addr().String(),
		"https": secure.Addr().String(),
	}))
	io.Copy(ioutil.Discard, os.Stdin)
}
