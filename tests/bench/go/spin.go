// SPDX-License-Identifier: MIT

// Spin calls handle in a tight loop and says what a call takes. For each line on standard input, which
// holds a number of windows, it runs that many and prints the nanoseconds a call of the best and of the
// median one. The pause after each window lets a reader catch up: nothing may be lost here.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"time"
)

const (
	callsPerWindow = 1024
	pause          = 10 * time.Millisecond
)

var methodBytes int

// handle is what is traced. It calls, so that it checks its stack, as handlers do.
//
//go:noinline
func handle(w http.ResponseWriter, r *http.Request) {
	use(r)
}

//go:noinline
func use(r *http.Request) {
	methodBytes += len(r.Method)
}

// readRequest has net/http parse a request: method, path and query are then parts of one buffer, and
// the host and the remote address are elsewhere, as in a server.
func readRequest() *http.Request {
	text := "GET /items/7?page=2&sort=name HTTP/1.1\r\n" +
		"Host: shop.local:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n"
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		log.Fatal(err)
	}
	request.RemoteAddr = strings.Join([]string{"127.0.0.1", "41234"}, ":")
	return request
}

func runWindow(w http.ResponseWriter, r *http.Request) float64 {
	begin := time.Now()
	for i := 0; i < callsPerWindow; i++ {
		handle(w, r)
	}
	return float64(time.Since(begin).Nanoseconds()) / callsPerWindow
}

func main() {
	runtime.LockOSThread()
	debug.SetGCPercent(-1)
	request := readRequest()
	output := json.NewEncoder(os.Stdout)
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		count, err := strconv.Atoi(input.Text())
		if err != nil || count < 1 {
			log.Fatalf("no number of windows: %q", input.Text())
		}
		windows := make([]float64, count)
		for i := range windows {
			windows[i] = runWindow(nil, request)
			time.Sleep(pause)
		}
		sort.Float64s(windows)
		output.Encode(map[string]float64{
			"best": windows[0], "median": windows[count/2], "calls": float64(count * callsPerWindow),
		})
	}
}
