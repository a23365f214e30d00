// SPDX-License-Identifier: MIT

// Load sends an exact number of requests to an HTTP/1.1 server on this machine and says how many were
// answered: load -n 1000000 -c 16 -pipeline 8 http://127.0.0.1:8080/ping
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"
)

var (
	count    = flag.Int("n", 1000, "requests to send")
	clients  = flag.Int("c", 8, "connections")
	pipeline = flag.Int("pipeline", 1, "requests sent before the first answer is read")
	timeout  = flag.Duration("timeout", 10*time.Minute, "give up after this time")
)

// readResponse reads one response with a Content-Length.
func readResponse(reader *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if first {
			if !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
				return fmt.Errorf("no response: %q", line)
			}
			continue
		}
		if len(line) == 0 {
			break
		}
		name := []byte("Content-Length: ")
		if bytes.HasPrefix(line, name) {
			length, err = strconv.Atoi(string(line[len(name):]))
			if err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("a response without Content-Length")
	}
	_, err := reader.Discard(length)
	return err
}

// converse sends n requests over one connection and returns how many were answered.
func converse(address string, request []byte, n int, deadline time.Time) (int, error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	connection.SetDeadline(deadline)
	reader := bufio.NewReader(connection)
	answered := 0
	for answered < n {
		batch := *pipeline
		if batch > n-answered {
			batch = n - answered
		}
		if _, err := connection.Write(bytes.Repeat(request, batch)); err != nil {
			return answered, err
		}
		for i := 0; i < batch; i++ {
			if err := readResponse(reader); err != nil {
				if err == io.EOF {
					err = io.ErrUnexpectedEOF
				}
				return answered, err
			}
			answered++
		}
	}
	return answered, nil
}

func run(target *url.URL) (int, error) {
	request := []byte("GET " + target.RequestURI() + " HTTP/1.1\r\nHost: " + target.Host + "\r\n\r\n")
	deadline := time.Now().Add(*timeout)
	var (
		group    sync.WaitGroup
		lock     sync.Mutex
		answered int
		failure  error
	)
	for i := 0; i < *clients; i++ {
		share := *count / *clients
		if i < *count%*clients {
			share++
		}
		group.Add(1)
		go func() {
			defer group.Done()
			n, err := converse(target.Host, request, share, deadline)
			lock.Lock()
			defer lock.Unlock()
			answered += n
			if err != nil {
				failure = err
			}
		}()
	}
	group.Wait()
	return answered, failure
}

func main() {
	flag.Parse()
	target, err := url.Parse(flag.Arg(0))
	if err == nil && !net.ParseIP(target.Hostname()).IsLoopback() {
		err = fmt.Errorf("%q is not an address of this machine", target.Hostname())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	begin := time.Now()
	answered, err := run(target)
	elapsed := time.Since(begin)
	fmt.Printf("{\"sent\":%d,\"answered\":%d,\"seconds\":%.3f,\"per_second\":%.0f}\n",
		*count, answered, elapsed.Seconds(), float64(answered)/elapsed.Seconds())
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}
