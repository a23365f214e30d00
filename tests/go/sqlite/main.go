// SPDX-License-Identifier: MIT

// Command sqlite answers requests by statements on a SQLite database in memory, by github.com/mattn/go-sqlite3. It prints
// the address of its server as one JSON line, {"http": ADDRESS}, and ends when its standard input closes.
//
// The path /page/N inserts a row, reads it, reads it by a prepared statement, and reads from a table that does not exist.
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	_ "github.com/mattn/go-sqlite3"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

type store struct {
	db     *sql.DB
	lookUp *sql.Stmt
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, number := r.Context(), strings.TrimPrefix(r.URL.Path, "/page/")
	var name string
	_, err := s.db.ExecContext(ctx, "INSERT INTO orders VALUES (?, ?)", number, "tea "+number)
	check(err)
	check(s.db.QueryRowContext(ctx, "SELECT name FROM orders WHERE id = ?", number).Scan(&name))
	check(s.lookUp.QueryRowContext(ctx, number).Scan(&name))
	if _, err = s.db.QueryContext(ctx, "SELECT 1 FROM nowhere"); err == nil {
		log.Fatal("there is a table of this name")
	}
	fmt.Fprintln(w, name)
}

func main() {
	db, err := sql.Open("sqlite3", "file::memory:?cache=shared")
	check(err)
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE orders (id TEXT, name TEXT)")
	check(err)
	lookUp, err := db.Prepare("SELECT name FROM orders WHERE id = ? LIMIT 1")
	check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(http.Serve(listener, &store{db, lookUp})) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()}))
	_, err = io.Copy(io.Discard, os.Stdin)
	check(err)
}
