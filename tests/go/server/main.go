// SPDX-License-Identifier: MIT

// Command server is what the live tests trace. One file, standard library, Go 1.15 and later.
//
// It prints its addresses as one JSON line and ends on SIGTERM or when its standard input
// closes, so that it never outlives a test. What tests trace by name is kept from being
// inlined.
package main

import (
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
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"time"
)

// --- functions that tests trace by name ---------------------------------------------

//go:noinline
func ping(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "pong")
}

type shop struct{ orders int }

//go:noinline
func (s *shop) checkout(w http.ResponseWriter, r *http.Request) {
	logRequest(s.orders, "checkout", r)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, "order %d\n", add(s.orders, 1))
}

var logged struct {
	sync.Mutex
	count int
}

// logRequest takes its request as the last of several parameters.
//
//go:noinline
func logRequest(level int, name string, r *http.Request) {
	logged.Lock()
	logged.count += level + len(name) + len(r.Method)
	logged.Unlock()
}

// add takes no request.
//
//go:noinline
func add(a, b int) int { return a + b }

const bigFrameSize = 5000

// bigFrame's frame does not fit the stack that a goroutine starts with: each first call
// on one grows the stack, and so begins twice.
//
//go:noinline
func bigFrame(w http.ResponseWriter, r *http.Request) {
	var buffer [bigFrameSize]byte
	fill(&buffer, byte(len(r.URL.Path)))
	w.WriteHeader(int(buffer[bigFrameSize-1]) - len(r.URL.Path) + http.StatusOK)
}

//go:noinline
func fill(buffer *[bigFrameSize]byte, value byte) {
	for i := range buffer {
		buffer[i] = value
	}
}

// --- handlers -----------------------------------------------------------------------

// readBody takes the whole body: HTTP/2 resets a stream whose body is left unread, which
// curl takes for an error.
func readBody(r *http.Request) {
	_, err := io.Copy(ioutil.Discard, r.Body)
	if err != nil {
		log.Print(err)
	}
}

// echo answers with the request as it arrived here.
func echo(w http.ResponseWriter, r *http.Request) {
	readBody(r)
	fmt.Fprintf(w, "%s %q %q\n", r.Method, r.URL.Path, r.URL.RawQuery)
}

// logging is echo after a call of a function that tests trace.
func logging(w http.ResponseWriter, r *http.Request) {
	logRequest(1, "logging", r)
	echo(w, r)
}

// silent leaves it to net/http to answer 200.
func silent(w http.ResponseWriter, r *http.Request) {}

func created(w http.ResponseWriter, r *http.Request) {
	readBody(r)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, "created")
}

func fail(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "out of order", http.StatusInternalServerError)
}

// sized answers with as many bytes as the query says: ?bytes=100000.
func sized(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.Atoi(r.URL.Query().Get("bytes"))
	if err != nil || size < 0 || size > 1<<20 {
		http.Error(w, "bytes?", http.StatusBadRequest)
		return
	}
	w.Write(make([]byte, size))
}

const slowness = 20 * time.Millisecond

func slow(w http.ResponseWriter, r *http.Request) {
	time.Sleep(slowness)
	fmt.Fprintln(w, "slow")
}

// hang says that it has begun and then waits for the client to go away.
func hang(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "begun")
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// answer is what a handler that is called by hand says.
type answer struct{ code int }

func (a *answer) Header() http.Header            { return http.Header{} }
func (a *answer) Write(data []byte) (int, error) { return len(data), nil }
func (a *answer) WriteHeader(code int)           { a.code = code }

// grow calls bigFrame on as many fresh goroutines as the query says: ?calls=1000. One
// after the other, each goroutine gets a small stack.
func grow(w http.ResponseWriter, r *http.Request) {
	calls, err := strconv.Atoi(r.URL.Query().Get("calls"))
	if err != nil || calls < 0 || calls > 100000 {
		http.Error(w, "calls?", http.StatusBadRequest)
		return
	}
	for i := 0; i < calls; i++ {
		done := make(chan int)
		go func(i int) {
			call := httptest.NewRequest("GET", "/", nil)
			call.URL, call.Host = r.URL, strconv.Itoa(i)
			call.RemoteAddr = "192.0.2.1:1"
			answer := &answer{code: http.StatusOK}
			bigFrame(answer, call)
			done <- answer.code
		}(i)
		if code := <-done; code != http.StatusOK {
			http.Error(w, "bigFrame did not do its work", http.StatusInternalServerError)
			return
		}
	}
	fmt.Fprintf(w, "%d calls\n", calls)
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ping", ping)
	mux.HandleFunc("/checkout", (&shop{orders: 6}).checkout)
	mux.HandleFunc("/echo/", echo)
	mux.HandleFunc("/logged/", logging)
	mux.HandleFunc("/silent", silent)
	mux.HandleFunc("/created", created)
	mux.HandleFunc("/fail", fail)
	mux.HandleFunc("/sized", sized)
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/hang", hang)
	mux.HandleFunc("/bigframe", bigFrame)
	mux.HandleFunc("/grow", grow)
	return mux
}

// --- listeners ----------------------------------------------------------------------

func check(err error) {
	if err != nil {
		log.Fatal(err)
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
		DNSNames:     []string{"localhost"},
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
	handler := routes()
	plain, secure := listen(), listen()
	server := &http.Server{Handler: handler}
	secureServer := &http.Server{
		Handler:   handler,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{selfSigned()}},
	}
	go func() { check(server.Serve(plain)) }()
	go func() { check(secureServer.ServeTLS(secure, "", "")) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":  plain.Addr().String(),
		"https": secure.Addr().String(),
	}))
	awaitEnd()
}

func awaitEnd() {
	buffer := make([]byte, 64)
	for {
		if _, err := os.Stdin.Read(buffer); err != nil {
			return
		}
	}
}
