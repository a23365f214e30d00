// SPDX-License-Identifier: MIT

// Command fast serves by github.com/valyala/fasthttp ("http") and, where BOTH is in the environment, also by net/http
// ("std"). A path /status/N is answered with that status, /slow after 30 ms, and /late by fasthttp's timeout. The body of
// /nothing is empty, that of /kept is sent from memory of the handler's own, those of /stream from a reader, with and
// without a length (/stream/7).
//
// It prints its addresses as one JSON line and ends when its standard input closes.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

var kept = []byte("kept by the handler")

func answer(ctx *fasthttp.RequestCtx) {
	path := string(ctx.Path())
	switch {
	case strings.HasPrefix(path, "/status/"):
		status, _ := strconv.Atoi(path[len("/status/"):])
		ctx.SetStatusCode(status)
	case path == "/slow":
		time.Sleep(30 * time.Millisecond)
	case path == "/late":
		ctx.TimeoutErrorWithCode("late", 503)
	case path == "/nothing":
		return
	case path == "/kept":
		ctx.Response.SetBodyRaw(kept)
		return
	case path == "/stream":
		ctx.SetBodyStream(strings.NewReader("streamed"), -1)
		return
	case path == "/stream/7":
		ctx.SetBodyStream(strings.NewReader("stream7"), 7)
		return
	}
	ctx.WriteString("pong")
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func main() {
	listener := listen()
	addresses := map[string]string{"http": listener.Addr().String()}
	go func() { log.Fatal(fasthttp.Serve(listener, answer)) }()
	if os.Getenv("BOTH") != "" {
		other := listen()
		addresses["std"] = other.Addr().String()
		go func() { log.Fatal(http.Serve(other, http.NotFoundHandler())) }()
	}
	json.NewEncoder(os.Stdout).Encode(addresses)
	io.Copy(io.Discard, os.Stdin)
}
