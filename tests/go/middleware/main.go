// SPDX-License-Identifier: MIT

// Command middleware serves one mux directly ("plain"), behind a middleware that copies the request ("copied"),
// within another mux, behind http.StripPrefix, which does so, too ("nested"), behind http.TimeoutHandler, which lets it run on
// another goroutine ("timed"), and by a worker of a pool, with a context that is made from the request's ("pooled"), in between
// of a type of this program ("foreign"), or not made from it ("other").
//
// It prints its addresses as one JSON line and ends when its standard input closes.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func item(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "an item") }

func copying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r.WithContext(r.Context())) })
}

// foreign is a context of a type that is not of the standard library.
type foreign struct {
	context.Context
}

type key int

func withValue(ctx context.Context) context.Context { return context.WithValue(ctx, key(1), "value") }

var work = make(chan func())

// pooled lets a worker serve requests, with contexts that are made in this way.
func pooled(next http.Handler, with func(context.Context) context.Context) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done := make(chan bool)
		work <- func() {
			next.ServeHTTP(w, r.WithContext(with(r.Context())))
			done <- true
		}
		<-done
	})
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
	go func() {
		for order := range work {
			order()
		}
	}()
	json.NewEncoder(os.Stdout).Encode(map[string]string{
		"plain":  serve(mux),
		"copied": serve(copying(mux)),
		"nested": serve(outer),
		"timed":  serve(http.TimeoutHandler(mux, time.Minute, "late")),
		"pooled": serve(pooled(mux, withValue)),
		"foreign": serve(pooled(mux, func(ctx context.Context) context.Context {
			return withValue(foreign{ctx})
		})),
		"other": serve(pooled(mux, func(ctx context.Context) context.Context { return context.Background() })),
	})
	io.Copy(ioutil.Discard, os.Stdin)
}
