// SPDX-License-Identifier: MIT

// Command clients keeps a service busy through its restarts and tells exactly what was answered:
// clients -c 4 127.0.0.1:8080. Each client asks for /CLIENT/1, /CLIENT/2 and so on, one after the
// other, and connects anew, at once and again, when its connection ends.
//
// The service answers with its process id. At the end, when standard input closes, there is one line
// of JSON for each run of requests of a client that one process answered: [pid, client, first, last].
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/ioutil"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

var (
	count = flag.Int("c", 4, "clients")
	pause = flag.Duration("pause", 0, "of each client after each answer")
)

const (
	reconnect = 200 * time.Microsecond
	patience  = 10 * time.Second
)

type span struct{ pid, first, last int }

type client struct {
	number, next int
	spans        []span
}

var stopping int32

func (c *client) note(pid int) {
	if n := len(c.spans); n > 0 && c.spans[n-1].pid == pid && c.spans[n-1].last == c.next-1 {
		c.spans[n-1].last = c.next
		return
	}
	c.spans = append(c.spans, span{pid, c.next, c.next})
}

func readAnswer(reader *bufio.Reader) (int, error) {
	length := 0
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if name := []byte("Content-Length: "); bytes.HasPrefix(line, name) {
			if length, err = strconv.Atoi(string(line[len(name):])); err != nil {
				return 0, err
			}
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(reader, body); err != nil {
		return 0, err
	}
	return strconv.Atoi(string(body))
}

// converse asks until the connection ends. What was asked and not answered has a number of its own.
func (c *client) converse(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for atomic.LoadInt32(&stopping) == 0 {
		c.next++
		connection.SetDeadline(time.Now().Add(patience))
		if _, err := fmt.Fprintf(connection, "GET /%d/%d HTTP/1.1\r\nHost: a\r\n\r\n", c.number, c.next); err != nil {
			return
		}
		pid, err := readAnswer(reader)
		if err != nil {
			return
		}
		c.note(pid)
		time.Sleep(*pause)
	}
}

func (c *client) run(address string) {
	for atomic.LoadInt32(&stopping) == 0 {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			time.Sleep(reconnect)
			continue
		}
		c.converse(connection)
	}
}

func main() {
	flag.Parse()
	clients := make([]client, *count)
	var running sync.WaitGroup
	for i := range clients {
		clients[i].number = i
		running.Add(1)
		go func(c *client) {
			defer running.Done()
			c.run(flag.Arg(0))
		}(&clients[i])
	}
	io.Copy(ioutil.Discard, os.Stdin)
	atomic.StoreInt32(&stopping, 1)
	running.Wait()
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for _, c := range clients {
		for _, s := range c.spans {
			fmt.Fprintf(output, "[%d, %d, %d, %d]\n", s.pid, c.number, s.first, s.last)
		}
	}
}
