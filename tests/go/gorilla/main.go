// SPDX-License-Identifier: MIT

// Command gorilla routes by github.com/gorilla/mux, with a router within a router, alone ("http") and behind
// http.TimeoutHandler ("timed"). It prints its addresses as one JSON line and ends when its standard input does.
package main

import (
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/mux"
)

func item(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, mux.Vars(r)["item"]) }

func serve(handler http.Handler) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, handler)
	return listener.Addr().String()
}

func main() {
	router := mux.NewRouter()
	router.HandleFunc("/items/{item}", item)
	router.PathPrefix("/api").Subrouter().HandleFunc("/items/{item}", item)
	timed := http.TimeoutHandler(router, time.Minute, "late")
	fmt.Printf("{\"http\":%q,\"timed\":%q}\n", serve(router), serve(timed))
	io.Copy(ioutil.Discard, os.Stdin)
}
