/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROTOCOL_REGISTRY_H
#define GOHTTPSNOOP_CORE_PROTOCOL_REGISTRY_H

#include "binary.h"
#include "protocol.h"

/*
 * All known protocols, one line each: protocol_NAME is in the file NAME.c. In this order the user's captures are
 * checked: the first server that a binary has decides.
 */
/* clang-format off */
#define PROTOCOLS(protocol) \
	protocol(http1) \
	protocol(http2) \
	protocol(serve_mux) \
	protocol(gorilla_mux) \
	protocol(chi) \
	protocol(chi_v5) \
	protocol(gin) \
	protocol(x_net_http2) \
	protocol(fasthttp) \
	protocol(grpc) \
	protocol(quic_go) \
	protocol(old_quic_go) \
	protocol(net_http_client) \
	protocol(x_net_client) \
	protocol(grpc_client) \
	protocol(fasthttp_client) \
	protocol(quic_go_client) \
	protocol(old_quic_go_client) \
	/* the last */
/* clang-format on */

#define DECLARE_PROTOCOL(name) extern const struct protocol protocol_##name;

PROTOCOLS(DECLARE_PROTOCOL)

#define COUNT_PROTOCOL(name) +1

enum { PROTOCOL_COUNT = 0 PROTOCOLS(COUNT_PROTOCOL) };

extern const struct protocol *const protocol_registry[];
extern const size_t protocol_registry_count;

/* This handler of net/http lets another handler serve the request, on another goroutine. */
#define TIMEOUT_HANDLER "net/http.(*timeoutHandler).ServeHTTP"

enum { PROTOCOL_MAX_LIBRARIES = 24 };

/* Lists the libraries of all protocols and presets, each once. Returns their number. */
size_t protocol_libraries(const struct library *ret_libraries[static PROTOCOL_MAX_LIBRARIES]);

/* Adds them to a binary. Each binary that is examined for requests or functions needs this. -ENOMEM. */
int protocol_libraries_set(struct binary *binary, struct error *err);

#endif
