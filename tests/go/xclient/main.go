// SPDX-License-Identifier: MIT

// Command xclient makes requests by the Transport of golang.org/x/net/http2. One file, standard library and x/net,
// Go 1.15 and later.
//
// It prints the addresses of its servers as one JSON line: "http", which speaks HTTP/2 without TLS (h2c), and "https".
// Then it reads lines from its standard input, makes one request after the other, and prints the status of each, or 0:
//
//	direct PATH      by x/net's Transport, over h2c
//	configured PATH  by net/http's Transport, which is configured to use x/net's for HTTP/2, over TLS
//	nobody PATH      by x/net's Transport, to an address where nobody listens
//
// The path /status/N is answered with the status N, all others with 200.
package main

import (
	"bufio"
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
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func answer(w http.ResponseWriter, r *http.Request) {
	if code, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/status/")); err == nil {
		w.WriteHeader(code)
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

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func direct() http.RoundTripper {
	return &http2.Transport{
		AllowHTTP: true,
		DialTLS: func(network, address string, _ *tls.Config) (net.Conn, error) {
			return net.Dial(network, address)
		},
	}
}

func configured() http.RoundTripper {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	check(http2.ConfigureTransport(transport))
	return transport
}

// exchange returns the status; 0 if there is none.
func exchange(transport http.RoundTripper, url string) int {
	request, err := http.NewRequest("GET", url, nil)
	check(err)
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return 0
	}
	_, err = io.Copy(ioutil.Discard, answer.Body)
	check(err)
	check(answer.Body.Close())
	return answer.StatusCode
}

func main() {
	plain, secure := listen(), listen()
	handler := http.HandlerFunc(answer)
	server := &http.Server{Handler: h2c.NewHandler(handler, &http2.Server{})}
	secureServer := &http.Server{
		Handler:   handler,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{selfSigned()}},
	}
	check(http2.ConfigureServer(secureServer, &http2.Server{}))
	go func() { check(server.Serve(plain)) }()
	go func() { check(secureServer.ServeTLS(secure, "", "")) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http": plain.Addr().String(), "https": secure.Addr().String()}))
	own, through := direct(), configured()
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		words := strings.Fields(input.Text())
		var status int
		switch words[0] {
		case "direct":
			status = exchange(own, "http://"+plain.Addr().String()+words[1])
		case "configured":
			status = exchange(through, "https://"+secure.Addr().String()+words[1])
		default:
			status = exchange(own, "http://127.0.0.1:1"+words[1])
		}
		fmt.Println(status)
	}
	check(input.Err())
}
