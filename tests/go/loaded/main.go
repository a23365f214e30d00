// SPDX-License-Identifier: MIT

// Package main is a server that other programs load: as a C library or as a plugin.
package main

import "C"

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

type visit struct {
	path  string
	count int
}

//go:noinline
func greet(who *visit) string { return fmt.Sprintf("%s %d\n", who.path, who.count) }

var count int

func ping(w http.ResponseWriter, r *http.Request) {
	count++
	fmt.Fprint(w, greet(&visit{r.URL.Path, count}))
}

func fail(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// Serve begins to serve, at the port that GOHTTPSNOOP_PORT says or at any, and prints where.
//
//export Serve
func Serve() {
	port := os.Getenv("GOHTTPSNOOP_PORT")
	if port == "" {
		port = "0"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/ping", ping)
	http.HandleFunc("/panic", fail)
	go http.Serve(listener, nil)
	fmt.Printf("{\"http\":%q}\n", listener.Addr())
}

func main() {}
