// SPDX-License-Identifier: MIT

// Hello is the server whose throughput is measured. It prints its address as one JSON line and ends
// when its standard input closes.
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

// hello is what bpftrace probes, as the experiment of 2020 did with its handler.
//
//go:noinline
func hello(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "hello")
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/", hello)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()})
	go func() { log.Fatal(http.Serve(listener, mux)) }()
	io.Copy(ioutil.Discard, os.Stdin)
}
