// SPDX-License-Identifier: MIT

// Command rpcgate answers requests, over HTTP and gRPC, by gRPC calls to a server behind it. If its first argument is
// "client", it calls such a gateway.
//
// It prints the addresses of its servers as one JSON line: "http" and "grpc", the gateway, and "behind". It ends when its
// standard input closes. The path or the method /page/N makes these calls, and is answered when all are answered:
//
//	/own/N      on its own goroutine, with no context of the request
//	/pool/N     by a worker of a pool, with a context that is made from that of the request
//	/started/N  on a goroutine that it starts, with no context of the request
//
// The client is given an address and a number as arguments, and calls /page/N for each lower N.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
)

const workers = 4

type (
	request  = grpc_health_v1.HealthCheckRequest
	response = grpc_health_v1.HealthCheckResponse
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func dial(address string) *grpc.ClientConn {
	connection, err := grpc.Dial(address, grpc.WithInsecure())
	check(err)
	return connection
}

// newServer answers each call by one message, whatever its method, after `handle` was called with the method.
func newServer(handle func(ctx context.Context, method string)) *grpc.Server {
	return grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if err := stream.RecvMsg(new(request)); err != nil {
			return err
		}
		method, _ := grpc.MethodFromServerStream(stream)
		handle(stream.Context(), method)
		return stream.SendMsg(new(response))
	}))
}

// An order to make a call.
type order struct {
	ctx    context.Context
	method string
	done   func()
}

type gateway struct {
	behind *grpc.ClientConn
	pool   chan order
}

func (g *gateway) obey(o order) {
	check(g.behind.Invoke(o.ctx, o.method, new(request), new(response)))
	o.done()
}

func (g *gateway) work() {
	for o := range g.pool {
		g.obey(o)
	}
}

// handle makes the calls for a request.
func (g *gateway) handle(ctx context.Context, path string) {
	number := strings.TrimPrefix(path, "/page/")
	var wait sync.WaitGroup
	wait.Add(3)
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	g.pool <- order{limited, "/pool/" + number, wait.Done}
	go g.obey(order{context.Background(), "/started/" + number, wait.Done})
	g.obey(order{context.Background(), "/own/" + number, wait.Done})
	wait.Wait()
}

func serve(server func(net.Listener) error) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(server(listener)) }()
	return listener.Addr().String()
}

func serveAll() {
	behind := serve(newServer(func(context.Context, string) {}).Serve)
	g := &gateway{behind: dial(behind), pool: make(chan order)}
	for i := 0; i < workers; i++ {
		go g.work()
	}
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.handle(r.Context(), r.URL.Path)
		fmt.Fprintln(w, "done")
	})}
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":   serve(web.Serve),
		"grpc":   serve(newServer(g.handle).Serve),
		"behind": behind,
	}))
	_, err := io.Copy(io.Discard, os.Stdin)
	check(err)
}

func makeCalls(address, count string) {
	connection := dial(address)
	last, err := strconv.Atoi(count)
	check(err)
	for number := 0; number < last; number++ {
		method := fmt.Sprintf("/page/%d", number)
		check(connection.Invoke(context.Background(), method, new(request), new(response)))
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "client" {
		makeCalls(os.Args[2], os.Args[3])
		return
	}
	serveAll()
}
