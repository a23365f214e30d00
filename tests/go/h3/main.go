// SPDX-License-Identifier: MIT

// Command h3 serves HTTP/3 by quic-go, or sends requests to such a server if its first argument is "client".
//
// The server has two addresses: "h3", and "http" of net/http with the same handlers. It prints them as one JSON line and
// ends when its standard input closes. The path of a request says what the handler does:
//
//	/status/N       answers with this status and, if it allows one, a body of 4 bytes
//	/size/N         writes a body of N bytes, at most 4096 at a time
//	/declared/N     declares a body of N bytes, writes it, and then tries to write as much again
//	/flush/N        writes a body of N bytes and flushes it before it returns
//	/early          sends the status 103 before its answer
//	/nothing        does nothing
//	/panic          panics
//	/panic/error    panics with an error
//	/panic/late     panics after a part of the body was flushed
//	/abort          panics with http.ErrAbortHandler
//	/hijack         takes the stream over and closes it
//	/slow           answers after 30 ms
//
// All other requests are answered with 200 and a body of 4 bytes.
//
// The client reads orders from its standard input, one JSON object a line (see `order`), sends their requests over one
// connection, and prints an answer for each order: {"status":200,"bytes":4}. If there is no answer, its status is 0.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	slowness = 30 * time.Millisecond
	piece    = 4096 // that a handler writes at a time
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// --- the server ---------------------------------------------------------------------

// write writes a body of this size.
func write(w io.Writer, size int) {
	for size > 0 {
		part := size
		if part > piece {
			part = piece
		}
		w.Write(bytes.Repeat([]byte("x"), part))
		size -= part
	}
}

// panics panics as a path asks.
func panics(w http.ResponseWriter, path string) {
	switch path {
	case "/panic":
		panic("as the request asks")
	case "/panic/error":
		panic(errors.New("as the request asks"))
	case "/panic/late":
		write(w, 4)
		w.(http.Flusher).Flush()
		panic("as the request asks")
	case "/abort":
		panic(http.ErrAbortHandler)
	}
}

// number splits a path like /size/7 into a word and a number.
func number(path string) (string, int) {
	last := strings.LastIndexByte(path, '/')
	value, _ := strconv.Atoi(path[last+1:])
	return path[:last], value
}

func handle(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	panics(w, r.URL.Path)
	switch r.URL.Path {
	case "/nothing":
		return
	case "/hijack":
		hijack(w, r)
		return
	case "/slow":
		time.Sleep(slowness)
	case "/early":
		w.WriteHeader(http.StatusEarlyHints)
	}
	switch word, value := number(r.URL.Path); word {
	case "/status":
		w.WriteHeader(value)
		write(w, 4)
	case "/size":
		write(w, value)
	case "/declared":
		w.Header().Set("Content-Length", strconv.Itoa(value))
		write(w, value)
		write(w, value)
	case "/flush":
		write(w, value)
		w.(http.Flusher).Flush()
	default:
		write(w, 4)
	}
}

func selfSigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	check(err)
	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}
}

func serve() {
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	mux := http.NewServeMux()
	mux.HandleFunc("/", handle)
	server := newServer(mux, &tls.Config{Certificates: []tls.Certificate{selfSigned()}})
	go func() { check(server.Serve(socket)) }()
	go func() { check(http.Serve(listener, mux)) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"h3":   socket.LocalAddr().String(),
		"http": listener.Addr().String(),
	}))
	io.Copy(io.Discard, os.Stdin)
}

// --- the client ---------------------------------------------------------------------

type order struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   int    `json:"body"`   // its size
	Hidden bool   `json:"hidden"` // the size of the body is not declared
	Value  string `json:"value"`  // of the header X-Value
	Times  int    `json:"times"`  // if not 0, so many requests at once; their paths end in /0, /1, ...

	Patience int  `json:"patience_ms"` // if not 0, the request is given up after this time
	Direct   bool `json:"direct"`      // it is made by a connection itself, if the library can do so
}

// answer has, for several requests, the least of the statuses and the sum of the sizes.
type answer struct {
	Status int `json:"status"`
	Bytes  int `json:"bytes"`
}

func body(wish order) io.Reader {
	content := bytes.NewReader(make([]byte, wish.Body))
	if wish.Hidden {
		return struct{ io.Reader }{content}
	}
	return content
}

func send(client *http.Client, wish order, address string) answer {
	ctx := context.Background()
	if wish.Patience != 0 {
		limited, cancel := context.WithTimeout(ctx, time.Duration(wish.Patience)*time.Millisecond)
		defer cancel()
		ctx = limited
	}
	request, err := http.NewRequestWithContext(ctx, wish.Method, address, body(wish))
	check(err)
	if wish.Value != "" {
		request.Header.Set("X-Value", wish.Value)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}
	}
	defer response.Body.Close()
	size, _ := io.Copy(io.Discard, response.Body)
	return answer{response.StatusCode, int(size)}
}

func sendTimes(client *http.Client, wish order) answer {
	answers := make(chan answer)
	for i := 0; i < wish.Times; i++ {
		address := wish.URL + "/" + strconv.Itoa(i)
		go func() { answers <- send(client, wish, address) }()
	}
	total := <-answers
	for i := 1; i < wish.Times; i++ {
		next := <-answers
		if next.Status < total.Status {
			total.Status = next.Status
		}
		total.Bytes += next.Bytes
	}
	return total
}

func perform(client *http.Client, wish order) answer {
	if wish.Times > 0 {
		return sendTimes(client, wish)
	}
	if wish.Direct {
		target, err := url.Parse(wish.URL)
		check(err)
		client = &http.Client{Transport: newConnection(target.Host, trusting)}
	}
	return send(client, wish, wish.URL)
}

var trusting = &tls.Config{InsecureSkipVerify: true}

func sendAll() {
	client := http.Client{Transport: newTransport(trusting)}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		var wish order
		check(json.Unmarshal(input.Bytes(), &wish))
		check(json.NewEncoder(os.Stdout).Encode(perform(&client, wish)))
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "client" {
		sendAll()
		return
	}
	serve()
}
