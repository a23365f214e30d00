// SPDX-License-Identifier: MIT

// Command chi serves by github.com/go-chi/chi. It prints its address as one JSON line and ends when its
// standard input does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/go-chi/chi"
)

func user(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Item", chi.URLParam(r, "item"))
	fmt.Fprintln(w, chi.URLParam(r, "user"))
}

func main() {
	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler { return next })
	router.Get("/users/{user}/items/{item}", user)
	router.Post("/users/{user}", user)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, router)
	fmt.Printf("{\"http\":%q}\n", listener.Addr())
	io.Copy(io.Discard, os.Stdin)
}
