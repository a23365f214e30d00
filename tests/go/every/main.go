// SPDX-License-Identifier: MIT

// Command every serves by each library that is traced, side by side. It prints the addresses of its servers as one JSON
// line, and ends when its standard input closes:
//
//	http   net/http
//	https  net/http with TLS, for HTTP/2
//	h2c    golang.org/x/net/http2 without TLS
//	h3     quic-go, over HTTP/3
//	fast   fasthttp
//	grpc   google.golang.org/grpc
//
// The path of a request says what its handler does: /status/N answers with this status, /slow after 30 ms, /panic panics,
// /wait waits until the client has gone; all others are answered with 200. With fasthttp, /panic and /wait are such others.
// The service of a gRPC call says it, too: "code N", "slow", "panic", which an interceptor recovers, "wait", or another
// word.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

const slowness = 30 * time.Millisecond

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// statusOf returns the status of a path like /status/404.
func statusOf(path string) int {
	code, err := strconv.Atoi(strings.TrimPrefix(path, "/status/"))
	if err != nil {
		return http.StatusOK
	}
	return code
}

func handle(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/slow":
		time.Sleep(slowness)
	case "/panic":
		panic(http.ErrAbortHandler)
	case "/wait":
		<-r.Context().Done()
	}
	w.WriteHeader(statusOf(r.URL.Path))
}

func handleFast(ctx *fasthttp.RequestCtx) {
	if string(ctx.Path()) == "/slow" {
		time.Sleep(slowness)
	}
	ctx.SetStatusCode(statusOf(string(ctx.Path())))
}

// --- gRPC ---------------------------------------------------------------------------

func act(ctx context.Context, wish string) error {
	switch {
	case wish == "slow":
		time.Sleep(slowness)
	case wish == "panic":
		panic("as the request asks")
	case wish == "wait":
		<-ctx.Done()
		return status.FromContextError(ctx.Err()).Err()
	case strings.HasPrefix(wish, "code "):
		code, err := strconv.Atoi(wish[len("code "):])
		check(err)
		return status.Error(codes.Code(code), "as the request asks")
	}
	return nil
}

func get(_ any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
	asked := new(grpc_health_v1.HealthCheckRequest)
	if err := decode(asked); err != nil {
		return nil, err
	}
	handler := func(ctx context.Context, _ any) (any, error) {
		return new(grpc_health_v1.HealthCheckResponse), act(ctx, asked.Service)
	}
	return intercept(ctx, asked, &grpc.UnaryServerInfo{FullMethod: "/shop.Orders/Get"}, handler)
}

func recoverCall(ctx context.Context, asked any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (answer any, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = status.Errorf(codes.Internal, "panic: %v", reason)
		}
	}()
	return handler(ctx, asked)
}

func newCalls() *grpc.Server {
	server := grpc.NewServer(grpc.UnaryInterceptor(recoverCall))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "shop.Orders",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Get", Handler: get}},
	}, struct{}{})
	return server
}

// --- the servers --------------------------------------------------------------------

func selfSigned() *tls.Config {
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
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}}}
}

// serve calls the server with a listener, and returns its address.
func serve(server func(net.Listener) error) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(server(listener)) }()
	return listener.Addr().String()
}

func main() {
	handler := http.HandlerFunc(handle)
	silent := log.New(io.Discard, "", 0)
	plain := &http.Server{Handler: handler, ErrorLog: silent}
	secure := &http.Server{Handler: handler, ErrorLog: silent, TLSConfig: selfSigned()}
	clear := &http.Server{Handler: h2c.NewHandler(handler, &http2.Server{}), ErrorLog: silent}
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	go func() { check(newServer(handler, selfSigned()).Serve(socket)) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":  serve(plain.Serve),
		"https": serve(func(listener net.Listener) error { return secure.ServeTLS(listener, "", "") }),
		"h2c":   serve(clear.Serve),
		"h3":    socket.LocalAddr().String(),
		"fast":  serve((&fasthttp.Server{Handler: handleFast}).Serve),
		"grpc":  serve(newCalls().Serve),
	}))
	_, err = io.Copy(io.Discard, os.Stdin)
	check(err)
}
