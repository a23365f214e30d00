// SPDX-License-Identifier: MIT

// Command service listens at the address in its argument as soon as it can, says so on standard
// output, and answers each request with its process id. On SIGTERM it finishes what it is at.
package main

import (
	"context"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

var pid = strconv.Itoa(os.Getpid())

func answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(len(pid)))
	io.WriteString(w, pid)
}

// awaitEnd returns on SIGTERM, or when standard input closes: never does it outlive a test.
func awaitEnd() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	go func() {
		io.Copy(ioutil.Discard, os.Stdin)
		end <- syscall.SIGTERM
	}()
	<-end
}

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(answer)}
	go server.Serve(listener)
	fmt.Printf("{\"http\": %q}\n", listener.Addr())
	awaitEnd()
	limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	server.Shutdown(limit)
}
