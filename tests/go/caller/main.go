// SPDX-License-Identifier: MIT

// Command caller makes requests by net/http's Client, of its own servers or of others. One file, standard library,
// Go 1.15 and later.
//
// It prints the addresses of its servers as one JSON line: "http", and "https", which has TLS and HTTP/2. Then it reads
// commands from its standard input, one JSON object a line (see `command`), makes one request after the other, all by
// one client, and prints what each returned: {"status":200,"error":""}. It ends when its standard input closes.
//
// The paths of its servers:
//
//	/status/N    answers with the status N
//	/redirect/N  redirects N times, then answers 200
//	/slow        answers after 300 ms
//	/close       ends the connection (over HTTP/2: the stream) without an answer
//	/ask?url=U   makes a GET of U in its handler, and answers with its status, or with 502 if there was an error
//
// All others answer 200.
package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
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

const slowness = 300 * time.Millisecond

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// --- the client ---------------------------------------------------------------------

var client = &http.Client{
	Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		ForceAttemptHTTP2: true,
	},
}

// command is one line of the input. The method may be empty, which net/http's client takes for GET. The client gives up
// after Timeout milliseconds and cancels the request after CancelAfter milliseconds; 0 means neither. If Nested, the
// request is made of /ask at this program's server "http", which makes a GET of the URL.
type command struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	Body        string `json:"body"`
	Timeout     int    `json:"timeout_ms"`
	CancelAfter int    `json:"cancel_after_ms"`
	Nested      bool   `json:"nested"`
}

// perform makes the request; `own` is the address of this program's server.
func (c *command) perform(own string) (int, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if c.Timeout != 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, time.Duration(c.Timeout)*time.Millisecond)
		defer end()
	}
	if c.CancelAfter != 0 {
		defer time.AfterFunc(time.Duration(c.CancelAfter)*time.Millisecond, cancel).Stop()
	}
	target := c.URL
	if c.Nested {
		target = "http://" + own + "/ask?url=" + url.QueryEscape(c.URL)
	}
	var body io.Reader // nil: http.NewRequest makes an http.NoBody of an empty reader, which is a body
	if c.Body != "" {
		body = strings.NewReader(c.Body)
	}
	request, err := http.NewRequestWithContext(ctx, c.Method, target, body)
	check(err)
	request.Method = c.Method // http.NewRequestWithContext replaces an empty one
	return exchange(request)
}

// exchange reads the whole answer, so that the connection can be used again.
func exchange(request *http.Request) (int, error) {
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(ioutil.Discard, answer.Body)
	return answer.StatusCode, err
}

type result struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

func obey(own string) {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		var next command
		check(json.Unmarshal(input.Bytes(), &next))
		var got result
		var err error
		if got.Status, err = next.perform(own); err != nil {
			got.Error = err.Error()
		}
		check(json.NewEncoder(os.Stdout).Encode(got))
	}
	check(input.Err())
}

// --- the server ---------------------------------------------------------------------

func number(w http.ResponseWriter, text string) (int, bool) {
	value, err := strconv.Atoi(text)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
	return value, err == nil
}

func status(w http.ResponseWriter, r *http.Request) {
	if code, ok := number(w, strings.TrimPrefix(r.URL.Path, "/status/")); ok {
		w.WriteHeader(code)
	}
}

func redirect(w http.ResponseWriter, r *http.Request) {
	if left, ok := number(w, strings.TrimPrefix(r.URL.Path, "/redirect/")); ok && left > 0 {
		http.Redirect(w, r, fmt.Sprintf("/redirect/%d", left-1), http.StatusFound)
	}
}

func slow(w http.ResponseWriter, r *http.Request) {
	time.Sleep(slowness)
}

func abandon(w http.ResponseWriter, r *http.Request) {
	hijacker, ok := w.(http.Hijacker)
	if !ok { // HTTP/2
		panic(http.ErrAbortHandler)
	}
	connection, _, err := hijacker.Hijack()
	check(err)
	connection.Close()
}

func ask(w http.ResponseWriter, r *http.Request) {
	request, err := http.NewRequestWithContext(r.Context(), "GET", r.URL.Query().Get("url"), nil)
	check(err)
	code, err := exchange(request)
	if err != nil {
		code = http.StatusBadGateway
	}
	w.WriteHeader(code)
}

func pong(w http.ResponseWriter, r *http.Request) {
	_, err := io.Copy(ioutil.Discard, r.Body)
	check(err)
	fmt.Fprintln(w, "pong")
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/status/", status)
	mux.HandleFunc("/redirect/", redirect)
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/close", abandon)
	mux.HandleFunc("/ask", ask)
	mux.HandleFunc("/", pong)
	return mux
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

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func main() {
	plain, secure := listen(), listen()
	server := &http.Server{Handler: routes()}
	secureServer := &http.Server{
		Handler:   routes(),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{selfSigned()}},
	}
	go func() { check(server.Serve(plain)) }()
	go func() { check(secureServer.ServeTLS(secure, "", "")) }()
	own := plain.Addr().String()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": own, "https": secure.Addr().String()}))
	obey(own)
}
