/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "other_servers.h"

static struct other_servers find(const char *const *functions, size_t count)
{
	struct elf_builder elf;
	struct image *image = NULL;
	struct pclntab *table = NULL;
	struct other_servers servers;

	elf_of_functions(&elf, functions, count);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(pclntab_open(image, &table, NULL), 0);
	other_servers_find(table, &servers);
	pclntab_close(table);
	image_close(image);
	elf_release(&elf);
	return servers;
}

#define FIND(...)                             \
	find((const char *[]){ __VA_ARGS__ }, \
	     sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *))

static void net_http_alone_hides_nothing(void **state)
{
	struct other_servers found = FIND("main.main", "net/http.serverHandler.ServeHTTP",
					  "net/http.(*serverHandler).ServeHTTP",
					  "net/http/cgi.(*Handler).ServeHTTP",
					  "net/http/httptest.(*Server).Start",
					  "google.golang.org/grpc.(*Server).ServeHTTP");

	assert_int_equal(found.count, 0);
}

static void names_servers_once(void **state)
{
	struct other_servers found =
		FIND("net/http/fcgi.(*child).serveRequest",
		     "github.com/valyala/fasthttp.(*Server).serveConn",
		     "app/vendor/github.com/valyala/fasthttp.(*Server).serveConn",
		     "app/vendor/google.golang.org/grpc/transport.(*http2Server).HandleStreams",
		     "google.golang.org/grpc/internal/transport.(*http2Server).HandleStreams");
	char text[512];

	other_servers_format(&found, text, sizeof(text));
	assert_string_equal(text,
			    "requests of net/http/fcgi, requests of github.com/valyala/fasthttp, "
			    "requests of google.golang.org/grpc");
}

static void drops_what_is_traced(void **state)
{
	struct other_servers found =
		FIND("net/http/fcgi.(*child).serveRequest",
		     "google.golang.org/grpc/internal/transport.(*http2Server).HandleStreams",
		     "github.com/valyala/fasthttp.(*Server).serveConn",
		     "github.com/ooni/oohttp.serverHandler.ServeHTTP");
	char text[512];

	other_servers_drop(&found, "net/http");
	assert_int_equal(found.count, 4);
	other_servers_drop(&found, "google.golang.org/grpc");
	other_servers_format(&found, text, sizeof(text));
	assert_string_equal(text,
			    "requests of net/http/fcgi, requests of github.com/valyala/fasthttp, "
			    "requests of github.com/ooni/oohttp, a copy of net/http");
}

static void names_copies_of_net_http(void **state)
{
	struct other_servers found = FIND("net/http.serverHandler.ServeHTTP",
					  "github.com/ooni/oohttp.serverHandler.ServeHTTP");

	assert_int_equal(found.count, 1);
	assert_string_equal(found.names[0],
			    "requests of github.com/ooni/oohttp, a copy of net/http");
}

/* The names are those of the binary. */
static void holds_any_names(void **state)
{
	char names[OTHER_SERVERS_MAX + 2][64], long_name[400];
	const char *functions[OTHER_SERVERS_MAX + 3];
	struct other_servers found;
	char text[64];

	for (int i = 0; i < OTHER_SERVERS_MAX + 2; i++) {
		snprintf(names[i], sizeof(names[i]), "a%d.serverHandler.ServeHTTP", i);
		functions[i + 1] = names[i];
	}
	memset(long_name, 'x', sizeof(long_name));
	strcpy(long_name + sizeof(long_name) - 30, ".serverHandler.ServeHTTP");
	functions[0] = long_name;
	found = find(functions, OTHER_SERVERS_MAX + 3);
	assert_int_equal(found.count, OTHER_SERVERS_MAX);
	assert_int_equal(strlen(found.names[0]), OTHER_SERVER_NAME - 1);
	other_servers_format(&found, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(net_http_alone_hides_nothing),
		cmocka_unit_test(names_servers_once),
		cmocka_unit_test(drops_what_is_traced),
		cmocka_unit_test(names_copies_of_net_http),
		cmocka_unit_test(holds_any_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
