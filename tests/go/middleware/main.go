// SPDX-License-Identifier: MIT

// Command middleware serves one mux directly ("plain"), behind a middleware that copies the request ("copied"), and
// within another mux, behind http.StripPrefix, which does so, too ("nested").
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
	"os"
)

func item(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "an item") }

func copying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r.WithContext(r.Context())) })
}

func serve(handler http.Handler) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(listener, handler)) }()
	return listener.Addr().String()
}

func main() {
	mux, outer := http.NewServeMux(), http.NewServeMux()
	mux.HandleFunc("/item/", item)
	outer.Handle("/api/", http.StripPrefix("/api", mux))
	json.NewEncoder(os.Stdout).Encode(map[string]string{
		"plain":  serve(mux),
		"copied": serve(copying(mux)),
		"nested": serve(outer),
	})
	io.Copy(ioutil.Discard, os.Stdin)
}
