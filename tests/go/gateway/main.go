// SPDX-License-Identifier: MIT

// Command gateway answers each request by requests to a server behind it, which it makes in different ways. One file,
// standard library, Go 1.15 and later.
//
// It prints the addresses of its two servers as one JSON line: "http", the gateway, and "behind". It ends when its
// standard input closes. The path /page/N makes these requests, and answers when all are answered:
//
//	/own/N      on its own goroutine, with no context of the request
//	/pool/N     by a worker of a pool, with a context that is made from that of the request
//	/foreign/N  by such a worker, with a context that is made from it, too, but in between of a type of this program
//	/started/N  on a goroutine that it starts, with no context of the request
//	/lazy/N     by a worker that the first request has started, with no context of the request
//
// A header Traceparent is handed on with another span: the first 16 of the trace's digits.
//
// The header Calls of the answer is the number of those that belong to the request for certain: of the first two.
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
	"strings"
	"sync"
	"time"
)

const workers = 4

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// A key of values in contexts.
type key int

// foreign is a context of a type that is not of the standard library.
type foreign struct {
	context.Context
}

// An order to get a URL with this trace, if it is not empty.
type order struct {
	ctx   context.Context
	url   string
	trace string
	done  func()
}

// find takes no context, fetch does: a caller's, in which the request that is served may be found. Both are called
// once for each order.
//
//go:noinline
func find(url string) int {
	return len(url)
}

//go:noinline
func fetch(ctx context.Context, url string) error {
	if find(url) == 0 {
		return context.Canceled
	}
	return ctx.Err()
}

func (o order) obey() {
	check(fetch(o.ctx, o.url))
	request, err := http.NewRequestWithContext(o.ctx, "GET", o.url, nil)
	check(err)
	if o.trace != "" {
		request.Header.Set("traceparent", o.trace)
	}
	answer, err := client.Do(request)
	check(err)
	_, err = io.Copy(ioutil.Discard, answer.Body)
	check(err)
	check(answer.Body.Close())
	o.done()
}

func work(orders <-chan order) {
	for o := range orders {
		o.obey()
	}
}

// A gateway to the server at this URL.
type gateway struct {
	behind    string
	pool      chan order
	lazy      chan order
	startLazy sync.Once
}

func newGateway(behind string) *gateway {
	g := &gateway{behind: behind, pool: make(chan order), lazy: make(chan order)}
	for i := 0; i < workers; i++ {
		go work(g.pool)
	}
	return g
}

// handOn returns a trace with another span. A text of another length is handed on as it is.
func handOn(trace string) string {
	if len(trace) != len("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") {
		return trace
	}
	return trace[:36] + trace[3:19] + trace[52:]
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number := strings.TrimPrefix(r.URL.Path, "/page/")
	var wait sync.WaitGroup
	wait.Add(5)
	trace := handOn(r.Header.Get("traceparent"))
	of := func(ctx context.Context, way string) order {
		return order{ctx, g.behind + "/" + way + "/" + number, trace, wait.Done}
	}
	// As a program with some middleware has it.
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), key(1), number), time.Minute)
	defer cancel()
	for i := 2; i < 6; i++ {
		ctx = context.WithValue(ctx, key(i), i)
	}
	g.pool <- of(ctx, "pool")
	g.pool <- of(context.WithValue(foreign{ctx}, key(7), 7), "foreign")
	go of(context.Background(), "started").obey()
	g.startLazy.Do(func() { go work(g.lazy) })
	g.lazy <- of(context.Background(), "lazy")
	of(context.Background(), "own").obey()
	wait.Wait()
	w.Header().Set("Calls", "2")
	fmt.Fprintln(w, "done")
}

func serve(handler http.Handler) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(http.Serve(listener, handler)) }()
	return listener.Addr().String()
}

func main() {
	behind := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "behind")
	}))
	own := serve(newGateway("http://" + behind))
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": own, "behind": behind}))
	_, err := io.Copy(ioutil.Discard, os.Stdin)
	check(err)
}
