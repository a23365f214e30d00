// SPDX-License-Identifier: MIT

// Command gorilla routes by github.com/gorilla/mux, with a router within a router. It prints its address as one JSON line and
// ends when its standard input does.
package main

import (
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/gorilla/mux"
)

func item(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, mux.Vars(r)["item"]) }

func main() {
	router := mux.NewRouter()
	router.HandleFunc("/items/{item}", item)
	router.PathPrefix("/api").Subrouter().HandleFunc("/items/{item}", item)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, router)
	fmt.Printf("{\"http\":%q}\n", listener.Addr())
	io.Copy(ioutil.Discard, os.Stdin)
}
