// SPDX-License-Identifier: MIT

// Orders is a server that works for its requests: it reads an order as JSON, stores it in a SQLite database in memory, adds
// up the orders of all customers, and answers with JSON, in about a millisecond. It prints its address as one JSON
// line and ends when its standard input closes.
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"

	_ "github.com/mattn/go-sqlite3"
)

// Each order has an id below this, and replaces the one before: the table does not grow.
const orderCount = 2000

type item struct {
	SKU   string `json:"sku"`
	Count int    `json:"count"`
	Cents int    `json:"cents"`
}

type order struct {
	ID       int    `json:"id"`
	Customer string `json:"customer"`
	Items    []item `json:"items"`
}

type customer struct {
	Name   string `json:"name"`
	Orders int    `json:"orders"`
	Cents  int    `json:"cents"`
}

type store struct {
	insert, sum *sql.Stmt
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func (o *order) cents() int {
	total := 0
	for _, item := range o.Items {
		total += item.Count * item.Cents
	}
	return total
}

func (s *store) customers(r *http.Request) ([]customer, error) {
	rows, err := s.sum.QueryContext(r.Context())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []customer
	for rows.Next() {
		var c customer
		if err := rows.Scan(&c.Name, &c.Orders, &c.Cents); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, err := s.insert.ExecContext(r.Context(), o.ID, o.Customer, o.cents()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	customers, err := s.customers(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]interface{}{"order": o, "customers": customers})
}

func open() *store {
	db, err := sql.Open("sqlite3", "file::memory:?cache=shared")
	check(err)
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, cents INTEGER)")
	check(err)
	insert, err := db.Prepare("INSERT OR REPLACE INTO orders VALUES (?, ?, ?)")
	check(err)
	for i := 0; i < orderCount; i++ {
		_, err = insert.Exec(i, fmt.Sprintf("customer-%d", i%50), 100+i)
		check(err)
	}
	sum, err := db.Prepare("SELECT customer, count(*), sum(cents) FROM orders GROUP BY customer ORDER BY customer")
	check(err)
	return &store{insert, sum}
}

func main() {
	orders := open()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()}))
	go func() { log.Fatal(http.Serve(listener, orders)) }()
	io.Copy(ioutil.Discard, os.Stdin)
}
