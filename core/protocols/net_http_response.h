/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NET_HTTP_RESPONSE_H
#define GOHTTPSNOOP_CORE_NET_HTTP_RESPONSE_H

#include "hit.h"

/*
 * Completes a response of net/http's server, or of one derived from it, from its captured fields (protocol.complete).
 */
void net_http_complete(struct hit *hit);

#endif
