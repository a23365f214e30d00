// SPDX-License-Identifier: MIT

// Command plugged serves, and loads the plugin that GOHTTPSNOOP_LIBRARY names, until its standard input ends.
package main

import (
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"
	"plugin"
)

func ping(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "pong") }

func main() {
	if _, err := plugin.Open(os.Getenv("GOHTTPSNOOP_LIBRARY")); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/ping", ping)
	go http.Serve(listener, nil)
	fmt.Printf("{\"http\":%q}\n", listener.Addr())
	io.Copy(ioutil.Discard, os.Stdin)
}
