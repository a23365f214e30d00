// SPDX-License-Identifier: MIT

// Command grpc serves the health service of google.golang.org/grpc, and asks it for each service that it
// reads from its standard input, line by line, till that ends. It prints its address as one JSON line.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	states := health.NewServer()
	states.SetServingStatus("shop", grpc_health_v1.HealthCheckResponse_SERVING)
	states.SetServingStatus("bank", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, states)
	go server.Serve(listener)
	connection, err := grpc.Dial(listener.Addr().String(), grpc.WithInsecure(), grpc.WithBlock())
	check(err)
	client := grpc_health_v1.NewHealthClient(connection)
	fmt.Printf("{\"grpc\":%q}\n", listener.Addr())
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		ctx := metadata.AppendToOutgoingContext(context.Background(), "x-user", "somebody")
		client.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: input.Text()})
	}
}
