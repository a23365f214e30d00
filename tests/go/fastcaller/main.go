// SPDX-License-Identifier: MIT

// Command fastcaller makes requests by the clients of github.com/valyala/fasthttp, of its own server, which is net/http's.
//
// It prints the address of its server as one JSON line, "http". Then it reads commands from its standard input, one JSON
// object a line (see `command`), and prints what each returned: {"status":200,"error":""}. It ends when its standard input
// closes.
//
// The paths of its server: /status/N answers with the status N, /slow after 300 ms, /close ends the connection without an
// answer, /asked?url=U makes a GET of U in its handler and answers with its status. All others answer 200. The request's
// body is read.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// Client is "", a fasthttp.Client, or "host", a fasthttp.HostClient of the server, which is given the path only.
type command struct {
	Client, Method, URL, Body string
	Stream, Expect            bool // the body is a stream; the request has "Expect: 100-continue"
	Timeout                   int // milliseconds; 0: none
}

type answer struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

var client = fasthttp.Client{MaxIdemponentCallAttempts: 1}

func do(host *fasthttp.HostClient, c command) (a answer) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	request.SetRequestURI(c.URL)
	request.Header.SetMethod(c.Method)
	if c.Stream {
		request.SetBodyStream(strings.NewReader(c.Body), -1)
	} else if c.Body != "" {
		request.SetBodyString(c.Body)
	}
	if c.Expect {
		request.Header.Set("Expect", "100-continue")
	}
	make := client.Do
	if c.Client == "host" {
		make = host.Do
		request.Header.SetHost(host.Addr)
	}
	var err error
	if c.Timeout > 0 {
		err = client.DoTimeout(request, response, time.Duration(c.Timeout)*time.Millisecond)
	} else {
		err = make(request, response)
	}
	if err != nil {
		a.Error = err.Error()
		return
	}
	a.Status = response.StatusCode()
	return
}

func handle(w http.ResponseWriter, r *http.Request) {
	io.Copy(ioutil.Discard, r.Body)
	switch {
	case r.URL.Path == "/slow":
		time.Sleep(300 * time.Millisecond)
	case r.URL.Path == "/close":
		panic(http.ErrAbortHandler)
	case r.URL.Path == "/asked":
		a := do(nil, command{Method: "GET", URL: r.URL.Query().Get("url")})
		w.WriteHeader(a.Status)
	}
	if status, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/status/")); err == nil {
		w.WriteHeader(status)
	}
	if r.Method != "HEAD" {
		io.WriteString(w, "done")
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Handler: http.HandlerFunc(handle), ErrorLog: log.New(ioutil.Discard, "", 0)}
	go server.Serve(listener)
	address := listener.Addr().String()
	host := &fasthttp.HostClient{Addr: address, MaxIdemponentCallAttempts: 1}
	json.NewEncoder(os.Stdout).Encode(map[string]string{"http": address})
	for scanner := bufio.NewScanner(os.Stdin); scanner.Scan(); {
		var c command
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		json.NewEncoder(os.Stdout).Encode(do(host, c))
	}
}
