/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ENDPOINT_H
#define GOHTTPSNOOP_CORE_ENDPOINT_H

#include "error.h"

enum {
	ENDPOINT_MOST_HOST = 253, /* bytes, as in the DNS */
	ENDPOINT_MOST_PATH = 107, /* bytes, as in sockaddr_un */
};

enum endpoint_kind { ENDPOINT_UNIX, ENDPOINT_TCP };

/* An address to connect to. */
struct endpoint {
	enum endpoint_kind kind;
	const char *text; /* as the user wrote it */
	const char *path; /* UNIX: a view into `text` */
	/* TCP: a name or a numeric address without brackets, and a number. */
	char host[ENDPOINT_MOST_HOST + 1];
	char port[6];
};

/*
 * Parses unix:PATH, tcp:HOST:PORT or tcp:[IPV6]:PORT; `text` must outlive the endpoint. -EINVAL, with an error that says
 * what is expected.
 */
int endpoint_parse(const char *text, struct endpoint *ret_endpoint, struct error *err);

#endif
