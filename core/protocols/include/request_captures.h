/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_CAPTURES_H
#define GOHTTPSNOOP_CORE_REQUEST_CAPTURES_H

#include "probe.h"

/*
 * What a user asks of each request beside the keys it has anyway: expressions on `req` and `w`, headers by
 * name. At each probe these have other roots (the response writer of HTTP/2 is another type); here is
 * what is asked of a probe.
 */
struct request_captures {
	const char *const *expressions;
	size_t expression_count;
	const char *const *request_headers; /* names */
	size_t request_header_count;
	const char *const *response_headers;
	size_t response_header_count;
};

enum { REQUEST_MAX_WISHES = 80, REQUEST_WISH_SIZE = 320 };

/* The wishes of one probe. Views into itself, and into the captures. */
struct request_wishes {
	char texts[REQUEST_MAX_WISHES][REQUEST_WISH_SIZE];
	char names[REQUEST_MAX_WISHES][REQUEST_WISH_SIZE];
	struct shape_wish wishes[REQUEST_MAX_WISHES];
	size_t count;
	size_t expression_count; /* the first of them; the others are headers */
};

/* Whether anything is asked for. */
bool request_captures_any(const struct request_captures *captures);

/*
 * -EINVAL when an expression begins with neither `req` nor `w`, or a header's name is none; whether they
 * fit the types is for the probe to say.
 */
int request_captures_check(const struct request_captures *captures, struct error *err);

/* For a probe that has these roots (probe_request.request_root, .response_root; NULL for none). */
void request_wishes_init(struct request_wishes *wishes, const struct request_captures *captures,
			 const char *request_root, const char *response_root);

/*
 * A header of a response is wished three times, one after the other: whether the header was written, in the
 * copy that was made then (none, if there was nothing to copy), and in what the handler has.
 */
enum { RESPONSE_HEADER_WISHES = 3 };

#endif
