// SPDX-License-Identifier: MIT

// Command store answers requests by statements of database/sql, whose driver is a part of this program. One file,
// standard library, Go 1.15 and later.
//
// It prints the address of its server as one JSON line, {"http": ADDRESS}, and ends when its standard input closes. The
// path /page/N makes these statements, in this order:
//
//	SELECT N           a query
//	INSERT N           an execution
//	PREPARED SELECT N  a query of a prepared statement
//	PREPARED INSERT N  an execution of one
//	IN TX N            a query in a transaction
//	WRONG N            a query that fails
//	BY POOL N          a query by a goroutine of a pool, with the context of the request
//
// /sleep makes one that takes 50 ms.
package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// --- the driver ---------------------------------------------------------------------

type memoryDriver struct{}

func (memoryDriver) Open(name string) (driver.Conn, error) {
	return &memoryConn{password: name}, nil
}

// memoryConn has a value that nobody must see.
type memoryConn struct {
	password string
}

type memoryStmt struct {
	query string
}

type noRows struct{}

var errSyntax = errors.New("syntax error near WRONG")

func (c *memoryConn) Prepare(query string) (driver.Stmt, error) { return &memoryStmt{query}, nil }
func (c *memoryConn) Close() error                              { return nil }
func (c *memoryConn) Begin() (driver.Tx, error)                 { return c, nil }
func (c *memoryConn) Commit() error                             { return nil }
func (c *memoryConn) Rollback() error                           { return nil }

func (s *memoryStmt) Close() error  { return nil }
func (s *memoryStmt) NumInput() int { return -1 }

func (s *memoryStmt) Exec(args []driver.Value) (driver.Result, error) {
	return driver.RowsAffected(1), nil
}

func (s *memoryStmt) Query(args []driver.Value) (driver.Rows, error) {
	if strings.HasPrefix(s.query, "WRONG") {
		return nil, errSyntax
	}
	if strings.HasPrefix(s.query, "SLEEP") {
		time.Sleep(50 * time.Millisecond)
	}
	return noRows{}, nil
}

func (noRows) Columns() []string              { return []string{"id"} }
func (noRows) Close() error                   { return nil }
func (noRows) Next(dest []driver.Value) error { return io.EOF }

// --- the server ---------------------------------------------------------------------

// An order to make a query for a request.
type order struct {
	ctx   context.Context
	query string
	done  chan struct{}
}

type store struct {
	db   *sql.DB
	pool chan order
}

// querier is a *sql.DB or a *sql.Tx.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...interface{}) (*sql.Rows, error)
}

func drain(ctx context.Context, from querier, query string) {
	rows, err := from.QueryContext(ctx, query)
	if err != nil {
		return
	}
	check(rows.Close())
}

func (s *store) work(orders <-chan order) {
	for o := range orders {
		drain(o.ctx, s.db, o.query)
		close(o.done)
	}
}

func (s *store) prepared(ctx context.Context, number string) {
	query, err := s.db.PrepareContext(ctx, "PREPARED SELECT "+number)
	check(err)
	rows, err := query.QueryContext(ctx, 1)
	check(err)
	check(rows.Close())
	check(query.Close())
	insert, err := s.db.PrepareContext(ctx, "PREPARED INSERT "+number)
	check(err)
	_, err = insert.ExecContext(ctx, 1)
	check(err)
	check(insert.Close())
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if r.URL.Path == "/sleep" {
		drain(ctx, s.db, "SLEEP")
		return
	}
	number := strings.TrimPrefix(r.URL.Path, "/page/")
	drain(ctx, s.db, "SELECT "+number)
	_, err := s.db.ExecContext(ctx, "INSERT "+number, 1)
	check(err)
	s.prepared(ctx, number)
	tx, err := s.db.BeginTx(ctx, nil)
	check(err)
	drain(ctx, tx, "IN TX "+number)
	check(tx.Commit())
	drain(ctx, s.db, "WRONG "+number)
	done := make(chan struct{})
	s.pool <- order{ctx, "BY POOL " + number, done}
	<-done
	fmt.Fprintln(w, "done")
}

func main() {
	sql.Register("memory", memoryDriver{})
	db, err := sql.Open("memory", "hunter2")
	check(err)
	s := &store{db: db, pool: make(chan order)}
	go s.work(s.pool)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(http.Serve(listener, s)) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()}))
	_, err = io.Copy(ioutil.Discard, os.Stdin)
	check(err)
}
