// SPDX-License-Identifier: MIT

// Command app is built in GOPATH mode with two vendored copies of golang.org/x/net, whose symbols are named by the
// folders that they are in: its own serves "http" (h2c.NewHandler) and "https" (http2.ConfigureServer), that of its
// library serves "side" (h2c.NewHandler).
//
// It prints its addresses as one JSON line and ends when its standard input closes.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"example.com/app/side"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

var silence = log.New(ioutil.Discard, "", 0)

func serve(handler http.Handler) net.Addr {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal((&http.Server{Handler: handler, ErrorLog: silence}).Serve(listener)) }()
	return listener.Addr()
}

func serveTLS(handler http.Handler) net.Addr {
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = silence
	if err := http2.ConfigureServer(server.Config, &http2.Server{}); err != nil {
		log.Fatal(err)
	}
	server.TLS = server.Config.TLSConfig
	server.StartTLS()
	return server.Listener.Addr()
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/implicit", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/panic", func(w http.ResponseWriter, r *http.Request) { panic("on purpose") })
	json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":  serve(h2c.NewHandler(mux, &http2.Server{})).String(),
		"https": serveTLS(mux).String(),
		"side":  serve(side.Handler(mux)).String(),
	})
	io.Copy(ioutil.Discard, os.Stdin)
}
