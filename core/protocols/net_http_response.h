/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NET_HTTP_RESPONSE_H
#define GOHTTPSNOOP_CORE_NET_HTTP_RESPONSE_H

#include "hit.h"

/* What net/http's server, and those made of it, mean by what they note of a response (protocol.complete). */
void net_http_complete(struct hit *hit);

#endif
