// SPDX-License-Identifier: MIT

// Command chi routes by github.com/go-chi/chi or, with the tag v5, github.com/go-chi/chi/v5, with routers within routers, alone
// ("http"), behind http.TimeoutHandler ("timed") and within an http.ServeMux ("within"). It prints its addresses as one
// JSON line and ends when its standard input does.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func user(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Item", urlParam(r, "item"))
	fmt.Fprintln(w, urlParam(r, "user"))
}

// nest returns a router that has this one at /deeper, so many times.
func nest(inner router, times int) router {
	for i := 0; i < times; i++ {
		outer := newRouter()
		outer.Mount("/deeper", inner)
		inner = outer
	}
	return inner
}

func newHandler() http.Handler {
	outer := newRouter()
	outer.Use(func(next http.Handler) http.Handler { return next })
	outer.Get("/users/{user}/items/{item}", user)
	outer.Post("/users/{user}", user)
	outer.Get("/files/*", user)
	outer.Get("/", user)
	outer.Route("/api", func(inner router) {
		inner.Get("/", user)
		inner.Get("/users/{user}", user)
	})
	leaf := newRouter()
	leaf.Get("/users/{user}", user)
	outer.Mount("/3", nest(leaf, 2))
	outer.Mount("/4", nest(leaf, 3))
	mux := http.NewServeMux()
	mux.HandleFunc("/mux/page", user)
	outer.Mount("/mux", mux)
	return outer
}

func serve(handler http.Handler) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, handler)
	return listener.Addr().String()
}

func main() {
	handler, mux := newHandler(), http.NewServeMux()
	mux.Handle("/", handler)
	json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":   serve(handler),
		"timed":  serve(http.TimeoutHandler(handler, time.Minute, "late")),
		"within": serve(mux),
	})
	io.Copy(io.Discard, os.Stdin)
}
