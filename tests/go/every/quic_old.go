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
