/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FASTHTTP_H
#define GOHTTPSNOOP_CORE_FASTHTTP_H

#include "hit.h"
#include "library.h"

#define FASTHTTP "github.com/valyala/fasthttp"
/* One request of a client and its response, on one connection. A request that is repeated passes it again. */
#define FASTHTTP_DO FASTHTTP ".(*HostClient).doNonNilReqResp"
/* Called when the first line of a response was parsed; again if the header has not come as a whole. */
#define FASTHTTP_RESPONSE_HEADER FASTHTTP ".(*ResponseHeader).parseHeaders"

/* github.com/valyala/fasthttp, its server and its client. */
extern const struct library fasthttp_library;

/* A method that is not given is GET. */
void fasthttp_complete_method(struct hit *hit);

/* The protocol's version from the field that says whether it is HTTP/1.0. */
void fasthttp_complete_version(struct hit *hit);

#endif
