// SPDX-License-Identifier: MIT

// Command redis answers requests by commands of github.com/redis/go-redis. It prints the address of its HTTP server as one
// JSON line, {"http": ADDRESS}, and ends when its standard input closes.
//
// The database is in the program: it knows SET, GET, AUTH, MULTI, EXEC and SLEEP, for 50 ms, and answers other commands
// with an error, as HELLO with which the library opens its only connection; so the library sends its password with AUTH.
// The path /page/N sets a key, gets it, gets a missing one, sends an unknown command, and then the first two in a pipeline
// and in a transaction. The path /sleep sleeps.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

// database serves one connection.
type database struct {
	reader *bufio.Reader
	values map[string]string
	queued []string // answers, of a transaction
	inside bool
}

// readNumber reads a line, which is a mark and a number.
func (d *database) readNumber(mark string) (int, error) {
	line, err := d.reader.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(line), mark))
}

func (d *database) readCommand() ([]string, error) {
	count, err := d.readNumber("*")
	words := make([]string, 0, count)
	for err == nil && len(words) < count {
		var size int
		if size, err = d.readNumber("$"); err != nil {
			break
		}
		word := make([]byte, size+len("\r\n"))
		_, err = io.ReadFull(d.reader, word)
		words = append(words, string(word[:size]))
	}
	return words, err
}

func (d *database) get(key string) string {
	value, known := d.values[key]
	if !known {
		return "$-1\r\n"
	}
	return fmt.Sprintf("$%d\r\n%s\r\n", len(value), value)
}

func (d *database) exec() string {
	answers := d.queued
	d.queued, d.inside = nil, false
	return fmt.Sprintf("*%d\r\n%s", len(answers), strings.Join(answers, ""))
}

func (d *database) answer(words []string) string {
	switch strings.ToUpper(words[0]) {
	case "SET":
		d.values[words[1]] = words[2]
		return "+OK\r\n"
	case "GET":
		return d.get(words[1])
	case "SLEEP":
		time.Sleep(50 * time.Millisecond)
		return "+OK\r\n"
	case "AUTH":
		return "+OK\r\n"
	}
	return "-ERR unknown command\r\n"
}

// handle answers a command at once, or puts the answer in the transaction that has begun.
func (d *database) handle(words []string) string {
	switch name := strings.ToUpper(words[0]); {
	case name == "MULTI":
		d.inside = true
		return "+OK\r\n"
	case name == "EXEC":
		return d.exec()
	case d.inside:
		d.queued = append(d.queued, d.answer(words))
		return "+QUEUED\r\n"
	}
	return d.answer(words)
}

func (d *database) serve(conn net.Conn) {
	for {
		words, err := d.readCommand()
		if err != nil {
			return
		}
		if _, err := io.WriteString(conn, d.handle(words)); err != nil {
			return
		}
	}
}

func serveDatabase(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		check(err)
		go (&database{reader: bufio.NewReader(conn), values: map[string]string{}}).serve(conn)
	}
}

type store struct{ client *redis.Client }

func (s *store) work(ctx context.Context, number string) {
	key := "tea " + number
	both := func(pipe redis.Pipeliner) error {
		pipe.Set(ctx, key, number, 0)
		pipe.Get(ctx, key)
		return nil
	}
	check(s.client.Set(ctx, key, number, 0).Err())
	check(s.client.Get(ctx, key).Err())
	if err := s.client.Get(ctx, "no tea").Err(); err != redis.Nil {
		log.Fatal(err)
	}
	if err := s.client.Do(ctx, "wrong", key).Err(); err == nil {
		log.Fatal("the database knows a wrong command")
	}
	_, err := s.client.Pipelined(ctx, both)
	check(err)
	_, err = s.client.TxPipelined(ctx, both)
	check(err)
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/sleep" {
		check(s.client.Do(r.Context(), "sleep").Err())
	} else {
		s.work(r.Context(), strings.TrimPrefix(r.URL.Path, "/page/"))
	}
	fmt.Fprintln(w, "done")
}

func main() {
	databaseListener, listener := listen(), listen()
	go serveDatabase(databaseListener)
	client := redis.NewClient(&redis.Options{
		Addr: databaseListener.Addr().String(), Password: "hunter2", PoolSize: 1, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	go func() { check(http.Serve(listener, &store{client})) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()}))
	_, err := io.Copy(io.Discard, os.Stdin)
	check(err)
}
