/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PORT = 65535 };

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static int parse_unix(struct endpoint *endpoint, struct error *err)
{
	size_t size = strlen(endpoint->path);

	if (size == 0)
		return error_fail(err, -EINVAL, "a path is expected behind unix:");
	if (size > ENDPOINT_MOST_PATH)
		return error_fail(err, -EINVAL, "the path of a Unix socket has at most %d bytes",
				  ENDPOINT_MOST_PATH);
	return 0;
}

static int parse_tcp_port(const char *text, struct endpoint *endpoint, struct error *err)
{
	size_t size = strlen(text);

	if (size == 0 || size >= sizeof(endpoint->port) || strspn(text, "0123456789") != size ||
	    atoi(text) == 0 || atoi(text) > MOST_PORT)
		return error_fail(err, -EINVAL, "a port from 1 to %d is expected at the end",
				  MOST_PORT);
	memcpy(endpoint->port, text, size + 1);
	return 0;
}

/* Finds the host, with a numeric IPv6 address in brackets, and returns what is behind it; NULL if there is none. */
static const char *find_host(const char *text, const char **ret_host, size_t *ret_size)
{
	const char *end;

	if (*text != '[') {
		*ret_host = text;
		*ret_size = strcspn(text, ":");
		return text + *ret_size;
	}
	end = strchr(text, ']');
	if (!end)
		return NULL;
	*ret_host = text + 1;
	*ret_size = (size_t)(end - text) - 1;
	return end + 1;
}

static int parse_tcp(const char *text, struct endpoint *endpoint, struct error *err)
{
	const char *host, *rest;
	size_t size;

	rest = find_host(text, &host, &size);
	if (!rest || size == 0 || *rest != ':')
		return error_fail(
			err, -EINVAL,
			"a host and a port are expected: tcp:127.0.0.1:9000, tcp:[::1]:9000");
	if (size > ENDPOINT_MOST_HOST)
		return error_fail(err, -EINVAL, "the name of a host has at most %d bytes",
				  ENDPOINT_MOST_HOST);
	if (*text != '[' && strchr(rest + 1, ':'))
		return error_fail(err, -EINVAL, "an IPv6 address needs brackets: tcp:[::1]:9000");
	memcpy(endpoint->host, host, size);
	return parse_tcp_port(rest + 1, endpoint, err);
}

int endpoint_parse(const char *text, struct endpoint *ret_endpoint, struct error *err)
{
	static const char UNIX[] = "unix:", TCP[] = "tcp:";
	struct endpoint endpoint = { .text = text };
	int r;

	if (has_prefix(text, UNIX)) {
		endpoint.kind = ENDPOINT_UNIX;
		endpoint.path = text + strlen(UNIX);
		r = parse_unix(&endpoint, err);
	} else if (has_prefix(text, TCP)) {
		endpoint.kind = ENDPOINT_TCP;
		r = parse_tcp(text + strlen(TCP), &endpoint, err);
	} else {
		r = error_fail(err, -EINVAL, "unix:PATH or tcp:HOST:PORT is expected");
	}
	if (r == 0)
		*ret_endpoint = endpoint;
	return r;
}
