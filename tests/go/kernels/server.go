// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// untilInputEnds keeps a traced program running for as long as its parent wants it.
func untilInputEnds(in io.Reader) {
	io.Copy(ioutil.Discard, in)
	os.Exit(0)
}

// numbered answers a request as its number says.
func numbered(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(strings.Split(r.URL.Path, "/")[2])
	check(err)
	io.Copy(ioutil.Discard, r.Body)
	if panics(number) && r.TLS == nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("X-Answer", answer(number))
	w.WriteHeader(status(number))
	io.WriteString(w, answer(number))
	pageOutSometimes()
}

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// pageOutSometimes now and then takes all memory from under the probe that comes next.
func pageOutSometimes() {
	if pageOutWanted() && atomic.AddUint32(&turn, 1)%probesToPageOut == 0 {
		pageOutHeap()
	}
}

var turn uint32

// serve listens on PORT, or any, says where, and serves until its standard input ends.
func serve(secure bool) {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	check(err)
	server := &http.Server{Handler: http.HandlerFunc(numbered), ErrorLog: log.New(ioutil.Discard, "", 0)}
	// net/http calls this with a request read and its handler not called yet: just before the first probe.
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateActive {
			pageOutSometimes()
		}
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go untilInputEnds(bufio.NewReader(os.Stdin))
	if secure {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate()}}
		check(server.ServeTLS(listener, "", ""))
	}
	check(server.Serve(listener))
}
