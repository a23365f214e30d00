// SPDX-License-Identifier: MIT

// Command ends answers requests in every way that a request can end. One file, standard library, Go 1.15
// and later.
//
// It prints its addresses as one JSON line and ends when its standard input closes. With
// GOHTTPSNOOP_PROFILE it writes a CPU profile of its whole life to that file.
package main

import (
	"bufio"
	"bytes"
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
	"os"
	"reflect"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// --- the handler returns --------------------------------------------------------------

func ok(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") }

// implicit leaves it to net/http to answer 200.
func implicit(w http.ResponseWriter, r *http.Request) {}

func headerOnly(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusCreated) }

func superfluous(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintln(w, "first")
	w.WriteHeader(http.StatusInternalServerError)
}

// bodiless answers with a status that has no body; what is written all the same is refused.
func bodiless(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintln(w, "refused")
	}
}

// body reads the request's: the first read answers "Expect: 100-continue".
func body(w http.ResponseWriter, r *http.Request) {
	size, err := io.Copy(ioutil.Discard, r.Body)
	if err == nil {
		fmt.Fprintf(w, "%d\n", size)
	}
}

// early sends informational headers first, from Go 1.19 on.
func early(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Link", "</style.css>; rel=preload")
	w.WriteHeader(103)
	w.WriteHeader(http.StatusOK)
	fmt.Fprintln(w, "early")
}

func chunked(w http.ResponseWriter, r *http.Request) {
	for i := 0; i < 3; i++ {
		fmt.Fprintf(w, "chunk %d\n", i)
		w.(http.Flusher).Flush()
	}
}

const largeSize = 1 << 20

func large(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, largeSize)) }

// file answers from a file, which HTTP/1 without TLS does by sendfile.
func file(w http.ResponseWriter, r *http.Request) {
	content, err := ioutil.TempFile("", "gohttpsnoop-ends-")
	check(err)
	defer content.Close()
	check(os.Remove(content.Name()))
	_, err = content.Write(make([]byte, largeSize))
	check(err)
	http.ServeContent(w, r, "content.bin", time.Time{}, content)
}

func inTime(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "slow")
}

// overdue ends when http.TimeoutHandler has answered for it. At the end of its context it would race with that answer.
func overdue(w http.ResponseWriter, r *http.Request) {
	for {
		if _, err := w.Write(nil); err == http.ErrHandlerTimeout {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// writes does what its query says: length declares a Content-Length, status is written, and each "do" is
// one of w4 (Write), s4 (WriteString), c4 (io.Copy from memory), f4 (io.Copy from a file) of so many bytes, or flush.
// How many bytes the ResponseWriter took is told by /accepted afterwards.
func writes(accepted *int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		*accepted = 0
		if length := query.Get("length"); length != "" {
			w.Header().Set("Content-Length", length)
		}
		if status, err := strconv.Atoi(query.Get("status")); err == nil {
			w.WriteHeader(status)
		}
		for _, do := range query["do"] {
			*accepted += write(w, do)
		}
	}
}

func write(w http.ResponseWriter, do string) int64 {
	if do == "flush" {
		w.(http.Flusher).Flush()
		return 0
	}
	size, err := strconv.Atoi(do[1:])
	check(err)
	data := make([]byte, size)
	switch do[0] {
	case 'w':
		n, _ := w.Write(data)
		return int64(n)
	case 's':
		n, _ := io.WriteString(w, string(data))
		return int64(n)
	case 'c':
		n, _ := io.Copy(w, bytes.NewReader(data))
		return n
	}
	file, err := ioutil.TempFile("", "")
	check(err)
	defer file.Close()
	check(os.Remove(file.Name()))
	_, err = file.Write(data)
	check(err)
	_, err = file.Seek(0, io.SeekStart)
	check(err)
	n, _ := io.Copy(w, file)
	return n
}

// gone waits for its client to go away.
func gone(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "begun")
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// --- it does not ----------------------------------------------------------------------

func panicking(w http.ResponseWriter, r *http.Request) { panic("on purpose") }

func aborting(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }

// panicLate has sent its headers and some of its body.
func panicLate(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "begun")
	w.(http.Flusher).Flush()
	panic("on purpose")
}

func goexit(w http.ResponseWriter, r *http.Request) { runtime.Goexit() }

func recovered(w http.ResponseWriter, r *http.Request) {
	defer func() {
		recover()
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintln(w, "recovered")
	}()
	panic("on purpose")
}

// --- it takes the connection over -----------------------------------------------------

const upgrade = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"

func takeOver(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	hijacker, able := w.(http.Hijacker)
	if !able {
		http.Error(w, "not over HTTP/2", http.StatusNotImplemented)
		return nil, nil
	}
	connection, stream, err := hijacker.Hijack()
	check(err)
	return connection, stream
}

func hijack(w http.ResponseWriter, r *http.Request) {
	if connection, _ := takeOver(w); connection != nil {
		io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nraw\n")
		connection.Close()
	}
}

// hijackAndKeep echoes lines on the connection until its client closes it.
func hijackAndKeep(w http.ResponseWriter, r *http.Request) {
	connection, stream := takeOver(w)
	if connection == nil {
		return
	}
	io.WriteString(connection, upgrade)
	go func() {
		io.Copy(connection, stream)
		connection.Close()
	}()
}

// hijackAndPanic has nothing left that net/http could end.
func hijackAndPanic(w http.ResponseWriter, r *http.Request) {
	if connection, _ := takeOver(w); connection != nil {
		io.WriteString(connection, upgrade)
		connection.Close()
		panic("on purpose")
	}
}

// --- it waits -------------------------------------------------------------------------

// gate lets those that wait at it through when it is opened, and then is closed again.
type gate struct {
	lock   sync.Mutex
	opened chan struct{}
}

func (g *gate) wait(w http.ResponseWriter, r *http.Request) {
	g.lock.Lock()
	opened := g.opened
	g.lock.Unlock()
	fmt.Fprintln(w, "begun")
	w.(http.Flusher).Flush()
	<-opened
	if r.URL.RawQuery == "panic" {
		panic("on purpose")
	}
	fmt.Fprintln(w, "ended")
}

func (g *gate) open(w http.ResponseWriter, r *http.Request) {
	g.lock.Lock()
	defer g.lock.Unlock()
	close(g.opened)
	g.opened = make(chan struct{})
}

func routes() http.Handler {
	gate := &gate{opened: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", ok)
	mux.HandleFunc("/implicit", implicit)
	mux.HandleFunc("/header-only", headerOnly)
	mux.HandleFunc("/superfluous", superfluous)
	mux.HandleFunc("/no-content", bodiless(http.StatusNoContent))
	mux.HandleFunc("/not-modified", bodiless(http.StatusNotModified))
	mux.HandleFunc("/body", body)
	mux.HandleFunc("/early", early)
	mux.HandleFunc("/chunked", chunked)
	mux.HandleFunc("/large", large)
	mux.HandleFunc("/file", file)
	var accepted int64
	mux.HandleFunc("/writes", writes(&accepted))
	mux.HandleFunc("/accepted", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, accepted) })
	mux.HandleFunc("/gone", gone)
	mux.HandleFunc("/panic", panicking)
	mux.HandleFunc("/abort", aborting)
	mux.HandleFunc("/panic-late", panicLate)
	mux.HandleFunc("/goexit", goexit)
	mux.HandleFunc("/recovered", recovered)
	mux.HandleFunc("/hijack", hijack)
	mux.HandleFunc("/hijack-keep", hijackAndKeep)
	mux.HandleFunc("/hijack-panic", hijackAndPanic)
	mux.Handle("/timeout", http.TimeoutHandler(http.HandlerFunc(overdue), 20*time.Millisecond, "too slow\n"))
	mux.Handle("/in-time", http.TimeoutHandler(http.HandlerFunc(inTime), time.Minute, "too slow\n"))
	mux.Handle("/timeout-panic", http.TimeoutHandler(http.HandlerFunc(panicking), time.Minute, "too slow\n"))
	mux.HandleFunc("/wait", gate.wait)
	mux.HandleFunc("/open", gate.open)
	return mux
}

// --- listeners ------------------------------------------------------------------------

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

// allowUnencryptedHTTP2 sets Server.Protocols, which came with Go 1.24, by a road that builds without it.
func allowUnencryptedHTTP2(server *http.Server) {
	field := reflect.ValueOf(server).Elem().FieldByName("Protocols")
	if !field.IsValid() {
		return
	}
	protocols := reflect.New(field.Type().Elem())
	allowed := []reflect.Value{reflect.ValueOf(true)}
	protocols.MethodByName("SetHTTP1").Call(allowed)
	protocols.MethodByName("SetHTTP2").Call(allowed)
	protocols.MethodByName("SetUnencryptedHTTP2").Call(allowed)
	field.Set(protocols)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func main() {
	if path := os.Getenv("GOHTTPSNOOP_PROFILE"); path != "" {
		profile, err := os.Create(path)
		check(err)
		defer profile.Close()
		check(pprof.StartCPUProfile(profile))
		defer pprof.StopCPUProfile()
	}
	handler, silence := routes(), log.New(ioutil.Discard, "", 0)
	server := &http.Server{Handler: handler, ErrorLog: silence}
	secureServer := &http.Server{
		Handler:   handler,
		ErrorLog:  silence,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{selfSigned()}},
	}
	allowUnencryptedHTTP2(server)
	plain, secure := listen(), listen()
	go func() { check(server.Serve(plain)) }()
	go func() { check(secureServer.ServeTLS(secure, "", "")) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":  plain.Addr().String(),
		"https": secure.Addr().String(),
	}))
	io.Copy(ioutil.Discard, os.Stdin)
}
