// SPDX-License-Identifier: MIT

// Command exec serves requests until it becomes another program: /become makes it execute what its
// arguments say, from a thread that is not the process's first, while others wait in system calls.
// Where that is this program, it goes on listening at the same address.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"syscall"
)

// The first thread stays with main, so that no handler runs on it.
func init() { runtime.LockOSThread() }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ping(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "pong") }

func become(w http.ResponseWriter, r *http.Request) {
	check(os.Setenv(addressName, address))
	check(syscall.Exec(os.Args[1], os.Args[1:], os.Environ()))
}

const addressName = "GOHTTPSNOOP_ADDRESS"

var address string

const waiting = 4

func occupyThreads() {
	reader, writer, err := os.Pipe()
	check(err)
	for i := 0; i < waiting; i++ {
		go func() {
			// A descriptor taken by Fd blocks, and its thread with it.
			syscall.Read(int(reader.Fd()), make([]byte, 1))
			writer.Close()
		}()
	}
}

func main() {
	occupyThreads()
	http.HandleFunc("/ping", ping)
	http.HandleFunc("/become", become)
	address = os.Getenv(addressName)
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	check(err)
	address = listener.Addr().String()
	go func() { check(http.Serve(listener, nil)) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": address}))
	io.Copy(ioutil.Discard, os.Stdin)
}
