/* SPDX-License-Identifier: MIT */
#include "other_servers.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "vendored.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define GRPC "google.golang.org/grpc"
#define FASTHTTP "github.com/valyala/fasthttp"
#define QUIC_GO "github.com/quic-go/quic-go"
#define OLD_QUIC_GO "github.com/lucas-clemente/quic-go"

/*
 * A function that exists, and is not inlined, if the program contains the server: it is too large, is started as a
 * goroutine, or is a method that is called through an interface. Names in older releases are listed, too.
 */
static const struct {
	const char *server, *function, *name;
} landmarks[] = {
	{ "net/http/fcgi", "net/http/fcgi.(*child).serveRequest", "requests of net/http/fcgi" },
	{ "net/http/cgi", "net/http/cgi.Serve", "requests of net/http/cgi" },
	{ "net/http/httptest", "net/http/httptest.(*ResponseRecorder).WriteHeader",
	  "handlers called with net/http/httptest.ResponseRecorder" },
	{ GRPC, GRPC "/internal/transport.(*http2Server).HandleStreams", "requests of " GRPC },
	{ GRPC, GRPC "/transport.(*http2Server).HandleStreams", "requests of " GRPC },
	{ FASTHTTP, FASTHTTP ".(*Server).serveConn", "requests of " FASTHTTP },
	{ QUIC_GO, QUIC_GO "/http3.(*responseWriter).WriteHeader", "HTTP/3 requests of " QUIC_GO },
	{ OLD_QUIC_GO, OLD_QUIC_GO "/http3.(*responseWriter).WriteHeader",
	  "HTTP/3 requests of " OLD_QUIC_GO },
};

/* By this name, with another path before it, copies of net/http are recognised. */
#define COPY ".serverHandler.ServeHTTP"

static void other_servers_add(struct other_servers *servers, const char *name)
{
	for (size_t i = 0; i < servers->count; i++) {
		if (strcmp(servers->names[i], name) == 0)
			return;
	}
	if (servers->count < OTHER_SERVERS_MAX)
		snprintf(servers->names[servers->count++], OTHER_SERVER_NAME, "%s", name);
}

static void add_copy(struct other_servers *servers, const char *function, size_t path_size)
{
	char name[OTHER_SERVER_NAME];

	snprintf(name, sizeof(name), "requests of %.*s, a copy of net/http", (int)path_size,
		 function);
	other_servers_add(servers, name);
}

static void other_servers_check_function(struct other_servers *servers, const char *function)
{
	const char *rest = vendored_skip_prefix(function);
	size_t size = strlen(rest), suffix = strlen(COPY);

	for (size_t i = 0; i < COUNT(landmarks); i++) {
		if (strcmp(rest, landmarks[i].function) == 0)
			other_servers_add(servers, landmarks[i].name);
	}
	if (size > suffix && strcmp(rest + size - suffix, COPY) == 0 &&
	    strcmp(rest, "net/http" COPY) != 0)
		add_copy(servers, rest, size - suffix);
}

void other_servers_find(const struct pclntab *table, struct other_servers *ret_servers)
{
	struct function function;

	*ret_servers = (struct other_servers){ .count = 0 };
	for (size_t i = 0; pclntab_next(table, &i, &function); i++)
		other_servers_check_function(ret_servers, function.name);
}

static bool function_is_of_server(const char *name, const char *server)
{
	for (size_t i = 0; i < COUNT(landmarks); i++) {
		if (strcmp(landmarks[i].name, name) == 0)
			return strcmp(landmarks[i].server, server) == 0;
	}
	return false;
}

void other_servers_drop(struct other_servers *servers, const char *server)
{
	size_t kept = 0;

	for (size_t i = 0; i < servers->count; i++) {
		if (function_is_of_server(servers->names[i], server))
			continue;
		if (kept != i)
			memcpy(servers->names[kept], servers->names[i], OTHER_SERVER_NAME);
		kept++;
	}
	servers->count = kept;
}

void other_servers_format(const struct other_servers *servers, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < servers->count && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? ", " : "",
				 servers->names[i]);
}
