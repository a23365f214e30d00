/* SPDX-License-Identifier: MIT */
#include "opaque_libraries.h"

/*
 *	crypto/x509				whole certificates
 *	golang.org/x/crypto/...			keys, and decrypted records
 *	net/http, x/net/http2, hpack, grpc	pooled readers and writers, header tables of connections
 */
static const struct opaque_rule rules[] = {
	{ "crypto/x509", OPAQUE_ALL, { NULL } },
	{ "golang.org/x/crypto/", OPAQUE_ALL, { NULL } },
	{ "golang.org/x/net/http2", OPAQUE_UNEXPORTED, { "Framer" } },
	{ "golang.org/x/net/http2/hpack", OPAQUE_UNEXPORTED, { "Decoder", "Encoder" } },
	{ "google.golang.org/grpc/internal/", OPAQUE_ALL, { NULL } },
	{ "google.golang.org/grpc/mem", OPAQUE_ALL, { NULL } },
	{ "net/http", OPAQUE_UNEXPORTED, { NULL } },
	{ "net/http/internal", OPAQUE_ALL, { NULL } },
	{ "net/http/internal/", OPAQUE_ALL, { NULL } },
	{ "net/http/", OPAQUE_UNEXPORTED, { NULL } },
};

const struct opaque_rules opaque_libraries = { rules, sizeof(rules) / sizeof(rules[0]) };
