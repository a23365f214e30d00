// SPDX-License-Identifier: MIT

//go:build go1.20

package main

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

func newServer(handler http.Handler, config *tls.Config) *http3.Server {
	return &http3.Server{Handler: handler, TLSConfig: http3.ConfigureTLSConfig(config)}
}

func newTransport(config *tls.Config) http.RoundTripper {
	return &http3.Transport{TLSClientConfig: config}
}

// newConnection makes requests by a connection of its own to this address.
func newConnection(address string, config *tls.Config) http.RoundTripper {
	config = config.Clone()
	config.NextProtos = []string{http3.NextProtoH3}
	connection, err := quic.DialAddr(context.Background(), address, config, nil)
	check(err)
	return (&http3.Transport{}).NewClientConn(connection)
}

func hijack(w http.ResponseWriter, _ *http.Request) {
	w.(http3.HTTPStreamer).HTTPStream().Close()
}
