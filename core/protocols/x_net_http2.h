/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_X_NET_HTTP2_H
#define GOHTTPSNOOP_CORE_X_NET_HTTP2_H

#include "library.h"

#define X_NET_MODULE "golang.org/x/net"
#define X_NET_HTTP2 X_NET_MODULE "/http2."
#define X_NET_ROUND_TRIP X_NET_HTTP2 "(*Transport).RoundTripOpt"

/* golang.org/x/net/http2, its server and its client. */
extern const struct library x_net_library;

#endif
