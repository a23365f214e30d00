// SPDX-License-Identifier: MIT

// Command shop is a small JSON service to trace: what tests/demo shows and the
// live tests send requests to. One file, standard library, Go 1.15 and later.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type item struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Cents int    `json:"cents"`
}

type order struct {
	ID    int   `json:"id"`
	Items []int `json:"items"`
	Cents int   `json:"cents"`
}

var stock = []item{
	{1, "kettle", 2900},
	{2, "teapot", 1850},
	{3, "cup", 450},
	{7, "tea, 100 g", 790},
}

var orders struct {
	sync.Mutex
	count int
}

func find(id int) (item, bool) {
	for _, it := range stock {
		if it.ID == id {
			return it, true
		}
	}
	return item{}, false
}

func reply(w http.ResponseWriter, status int, body interface{}) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func fault(w http.ResponseWriter, status int, reason string) {
	reply(w, status, map[string]string{"error": reason})
}

func ping(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "pong")
}

func items(w http.ResponseWriter, r *http.Request) {
	reply(w, http.StatusOK, stock)
}

func itemByID(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/items/"))
	if err != nil {
		fault(w, http.StatusNotFound, "no such item")
		return
	}
	it, ok := find(id)
	if !ok {
		fault(w, http.StatusNotFound, "no such item")
		return
	}
	reply(w, http.StatusOK, it)
}

func newOrder(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		fault(w, http.StatusMethodNotAllowed, "orders are placed by POST")
		return
	}
	var o order
	body := http.MaxBytesReader(w, r.Body, 1<<16)
	if err := json.NewDecoder(body).Decode(&o); err != nil {
		fault(w, http.StatusBadRequest, "not an order: "+err.Error())
		return
	}
	o.Cents = 0
	for _, id := range o.Items {
		it, ok := find(id)
		if !ok {
			fault(w, http.StatusBadRequest, "no item "+strconv.Itoa(id))
			return
		}
		o.Cents += it.Cents
	}
	orders.Lock()
	orders.count++
	o.ID = orders.count
	orders.Unlock()
	reply(w, http.StatusCreated, o)
}

func fail(w http.ResponseWriter, r *http.Request) {
	fault(w, http.StatusInternalServerError, "the till is jammed")
}

func slow(w http.ResponseWriter, r *http.Request) {
	time.Sleep(30 * time.Millisecond)
	reply(w, http.StatusOK, map[string]string{"waited": "30ms"})
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ping", ping)
	mux.HandleFunc("/items", items)
	mux.HandleFunc("/items/", itemByID)
	mux.HandleFunc("/orders", newOrder)
	mux.HandleFunc("/fail", fail)
	mux.HandleFunc("/slow", slow)
	return mux
}

// serve runs until SIGTERM or SIGINT, then lets open requests finish.
func serve(listener net.Listener) error {
	server := &http.Server{Handler: routes()}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	drained := make(chan error, 1)
	go func() {
		<-stop
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		drained <- server.Shutdown(ctx)
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-drained
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "`address` to serve on")
	flag.Parse()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	if err := serve(listener); err != nil {
		log.Fatal(err)
	}
}
