// SPDX-License-Identifier: MIT

//go:build !go1.20

package main

import (
	"crypto/tls"
	"net/http"

	"github.com/lucas-clemente/quic-go/http3"
)

func newServer(handler http.Handler, config *tls.Config) *http3.Server {
	return &http3.Server{Handler: handler, TLSConfig: http3.ConfigureTLSConfig(config)}
}

func newTransport(config *tls.Config) http.RoundTripper {
	return &http3.RoundTripper{TLSClientConfig: config}
}

// newConnection makes requests like newTransport: connections do not make them in these releases.
func newConnection(_ string, config *tls.Config) http.RoundTripper {
	return newTransport(config)
}

func hijack(_ http.ResponseWriter, r *http.Request) {
	r.Body.(http3.HTTPStreamer).HTTPStream().Close()
}
