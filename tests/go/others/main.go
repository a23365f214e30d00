// SPDX-License-Identifier: MIT

// Command others serves one handler by net/http and, past it, by net/http/fcgi, by net/http/cgi where it was started
// as a CGI program, and by hand with a net/http/httptest.ResponseRecorder, which GET /recorded asks for.
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
	"net/http/cgi"
	"net/http/fcgi"
	"net/http/httptest"
	"os"
)

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/ping", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "pong") })
	mux.HandleFunc("/recorded", func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		mux.ServeHTTP(recorder, httptest.NewRequest("GET", "/ping", nil))
		w.Write(recorder.Body.Bytes())
	})
	if os.Getenv("GATEWAY_INTERFACE") != "" {
		log.Fatal(cgi.Serve(mux))
	}
	plain, fast := listen(), listen()
	go func() { log.Fatal(http.Serve(plain, mux)) }()
	go func() { log.Fatal(fcgi.Serve(fast, mux)) }()
	json.NewEncoder(os.Stdout).Encode(map[string]string{"http": plain.Addr().String(), "fcgi": fast.Addr().String()})
	io.Copy(ioutil.Discard, os.Stdin)
}
