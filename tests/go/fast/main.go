// SPDX-License-Identifier: MIT

// Command fast serves by github.com/valyala/fasthttp alone.
//
// It prints its addresses as one JSON line and ends when its standard input closes.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"os"

	"github.com/valyala/fasthttp"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		log.Fatal(fasthttp.Serve(listener, func(ctx *fasthttp.RequestCtx) { ctx.WriteString("pong") }))
	}()
	json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()})
	io.Copy(io.Discard, os.Stdin)
}
