// SPDX-License-Identifier: MIT

// Command rpc serves gRPC by google.golang.org/grpc, or calls such a server if its first argument is "client".
//
// The server has three addresses: "grpc" and "grpcs" (TLS) belong to grpc.Server.Serve, "https" to net/http, which
// passes calls to grpc.Server.ServeHTTP and answers all other requests with 404. It prints the addresses as one JSON
// line and ends when its standard input closes.
//
// The service of a request says what the handler does:
//
//	ok       answers
//	code N   returns the status code N
//	panic    panics; an interceptor recovers and returns the code Internal
//	slow     answers after 30 ms
//	wait     waits until the call is cancelled or its deadline passes, and returns the code of that
//
// The client reads its calls from its standard input, one JSON object a line (see `call`), makes one after the other,
// and prints the code of each: {"code":5}. It has one connection to each address.
package main

import (
	"bufio"
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

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

const (
	service  = "shop.Orders"
	slowness = 30 * time.Millisecond
	messages = 3 // that each side of a stream sends
)

type (
	request  = grpc_health_v1.HealthCheckRequest
	response = grpc_health_v1.HealthCheckResponse
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// --- the service --------------------------------------------------------------------

// act does what a request asks for.
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
		if err != nil {
			return status.Error(codes.InvalidArgument, err.Error())
		}
		return status.Error(codes.Code(code), "as the request asks")
	}
	return nil
}

func get(_ any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
	asked := new(request)
	if err := decode(asked); err != nil {
		return nil, err
	}
	handler := func(ctx context.Context, _ any) (any, error) { return new(response), act(ctx, asked.Service) }
	return intercept(ctx, asked, &grpc.UnaryServerInfo{FullMethod: "/" + service + "/Get"}, handler)
}

// begin reads the first message of a stream and does what it asks for.
func begin(stream grpc.ServerStream) error {
	first := new(request)
	if err := stream.RecvMsg(first); err != nil {
		return err
	}
	return act(stream.Context(), first.Service)
}

func watch(_ any, stream grpc.ServerStream) error {
	err := begin(stream)
	for i := 0; i < messages && err == nil; i++ {
		err = stream.SendMsg(new(response))
	}
	return err
}

func upload(_ any, stream grpc.ServerStream) error {
	err := begin(stream)
	for err == nil {
		err = stream.RecvMsg(new(request))
	}
	if err == io.EOF {
		err = stream.SendMsg(new(response))
	}
	return err
}

func chat(_ any, stream grpc.ServerStream) error {
	err := begin(stream)
	for err == nil {
		if err = stream.SendMsg(new(response)); err == nil {
			err = stream.RecvMsg(new(request))
		}
	}
	if err == io.EOF {
		err = nil
	}
	return err
}

var orders = grpc.ServiceDesc{
	ServiceName: service,
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Get", Handler: get}},
	Streams: []grpc.StreamDesc{
		{StreamName: "Watch", Handler: watch, ServerStreams: true},
		{StreamName: "Upload", Handler: upload, ClientStreams: true},
		{StreamName: "Chat", Handler: chat, ServerStreams: true, ClientStreams: true},
	},
}

// --- the server ---------------------------------------------------------------------

// recovered turns a panic of a handler into an error; deferred.
func recovered(err *error) {
	if reason := recover(); reason != nil {
		*err = status.Errorf(codes.Internal, "panic: %v", reason)
	}
}

func recoverCall(ctx context.Context, asked any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (answer any, err error) {
	defer recovered(&err)
	return handler(ctx, asked)
}

func recoverStream(server any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer recovered(&err)
	return handler(server, stream)
}

func newServer(options ...grpc.ServerOption) *grpc.Server {
	options = append(options, grpc.UnaryInterceptor(recoverCall), grpc.StreamInterceptor(recoverStream))
	server := grpc.NewServer(options...)
	server.RegisterService(&orders, struct{}{})
	return server
}

// routes is the handler of the server of net/http.
func routes(calls http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
			calls.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	})
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

func serve() {
	certificate := selfSigned()
	plain, secure, shared := listen(), listen(), listen()
	web := http.Server{
		Handler:   routes(newServer()),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
	}
	go func() { check(newServer().Serve(plain)) }()
	go func() {
		check(newServer(grpc.Creds(credentials.NewServerTLSFromCert(&certificate))).Serve(secure))
	}()
	go func() { check(web.ServeTLS(shared, "", "")) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"grpc":  plain.Addr().String(),
		"grpcs": secure.Addr().String(),
		"https": shared.Addr().String(),
	}))
	io.Copy(io.Discard, os.Stdin)
}

// --- the client ---------------------------------------------------------------------

// call is one line of the client's input. The client cancels the call after CancelAfter milliseconds, and gives it a
// deadline in Deadline milliseconds; 0 means neither.
type call struct {
	Address     string `json:"address"`
	TLS         bool   `json:"tls"`
	Kind        string `json:"kind"`
	Service     string `json:"service"`
	CancelAfter int    `json:"cancel_after_ms"`
	Deadline    int    `json:"deadline_ms"`
	Trace       string `json:"trace"` // the traceparent in the metadata; "": none
	// Keys and values that are added to the metadata, one list after the other.
	Added [][]string `json:"added"`
}

func kindOf(name string) grpc.StreamDesc {
	for _, stream := range orders.Streams {
		if stream.StreamName == name {
			return stream
		}
	}
	return grpc.StreamDesc{StreamName: name} // a unary call, as grpc itself describes one
}

func dial(wish call) *grpc.ClientConn {
	security := grpc.WithInsecure()
	if wish.TLS {
		security = grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}))
	}
	connection, err := grpc.Dial(wish.Address, security)
	check(err)
	return connection
}

func exchange(ctx context.Context, connection *grpc.ClientConn, wish call) error {
	kind := kindOf(wish.Kind)
	stream, err := connection.NewStream(ctx, &kind, "/"+service+"/"+wish.Kind)
	if err != nil {
		return err
	}
	for i := 0; i < messages && err == nil; i++ {
		err = stream.SendMsg(&request{Service: wish.Service})
		if !kind.ClientStreams {
			break
		}
	}
	// io.EOF means that the call has ended already; receiving tells how.
	if err != nil && err != io.EOF {
		return err
	}
	if err = stream.CloseSend(); err != nil {
		return err
	}
	err = stream.RecvMsg(new(response))
	for err == nil && kind.ServerStreams {
		err = stream.RecvMsg(new(response))
	}
	if err == io.EOF {
		err = nil
	}
	return err
}

func perform(connection *grpc.ClientConn, wish call) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if wish.Deadline != 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, time.Duration(wish.Deadline)*time.Millisecond)
		defer end()
	}
	if wish.CancelAfter != 0 {
		defer time.AfterFunc(time.Duration(wish.CancelAfter)*time.Millisecond, cancel).Stop()
	}
	if wish.Trace != "" {
		ctx = metadata.NewOutgoingContext(ctx, metadata.Pairs("traceparent", wish.Trace))
	}
	for _, pairs := range wish.Added {
		ctx = metadata.AppendToOutgoingContext(ctx, pairs...)
	}
	return exchange(ctx, connection, wish)
}

func makeCalls() {
	connections := map[string]*grpc.ClientConn{}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		var wish call
		check(json.Unmarshal(input.Bytes(), &wish))
		if connections[wish.Address] == nil {
			connections[wish.Address] = dial(wish)
		}
		err := perform(connections[wish.Address], wish)
		check(json.NewEncoder(os.Stdout).Encode(map[string]codes.Code{"code": status.Code(err)}))
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "client" {
		makeCalls()
		return
	}
	serve()
}
