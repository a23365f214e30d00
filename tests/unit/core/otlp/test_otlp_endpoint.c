/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "otlp_endpoint.h"

static void parses_urls(void **state)
{
	static const struct {
		const char *text, *url;
	} cases[] = {
		{ "http://localhost:4318", "http://localhost:4318" },
		{ "http://[::1]:4318/", "http://[::1]:4318" },
		{ "https://otlp.example.org/otlp//", "https://otlp.example.org/otlp" },
		{ "http://h/api/v1/otlp", "http://h/api/v1/otlp" },
		{ "http://h/a@b", "http://h/a@b" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct otlp_endpoint endpoint = { 0 };

		assert_int_equal(otlp_endpoint_parse(cases[i].text, &endpoint, NULL), 0);
		assert_string_equal(endpoint.url, cases[i].url);
		assert_ptr_equal(endpoint.text, cases[i].text);
	}
}

static void refuses_other_urls(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{ "", "http://HOST:PORT or https://HOST:PORT is expected" },
		{ "localhost:4318", "http://HOST:PORT or https://HOST:PORT is expected" },
		{ "grpc://h", "http://HOST:PORT or https://HOST:PORT is expected" },
		{ "http://a b", "http://HOST:PORT or https://HOST:PORT is expected" },
		{ "http://a\r\nX: y", "http://HOST:PORT or https://HOST:PORT is expected" },
		{ "http://", "there is no host in the URL" },
		{ "http:///v1", "there is no host in the URL" },
		{ "http://:4318", "there is no host in the URL" },
		{ "http://u:p@h", "a name and a password are not taken from the URL" },
	};
	struct otlp_endpoint endpoint = { 0 };
	char text[OTLP_MOST_URL + 2] = "http://";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };

		assert_int_equal(otlp_endpoint_parse(cases[i].text, &endpoint, &err), -EINVAL);
		assert_string_equal(err.what, cases[i].what);
	}
	assert_int_equal(otlp_endpoint_parse("http://h?a", &endpoint, NULL), -EINVAL);
	assert_int_equal(otlp_endpoint_parse("http://h/#a", &endpoint, NULL), -EINVAL);
	memset(text + 7, 'a', sizeof(text) - 8);
	assert_int_equal(otlp_endpoint_parse(text, &endpoint, NULL), -EINVAL);
	assert_null(endpoint.text);
}

static void takes_headers(void **state)
{
	static const char *const wanted[] = { "authorization: Basic dXNlcjpw==", "x-tenant: a b",
					      "empty: ", "percent: 100%" };
	struct otlp_endpoint endpoint = { 0 };

	assert_int_equal(
		otlp_endpoint_add_headers(&endpoint,
					  "authorization=Basic%20dXNlcjpw==, x-tenant = a b "
					  ",empty=,percent=100%",
					  NULL),
		0);
	assert_int_equal(endpoint.header_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(endpoint.headers[i], wanted[i]);
	otlp_endpoint_finish(&endpoint);
	assert_int_equal(endpoint.header_count, 0);
}

/* A value may be a secret, so it is not shown. */
static void refuses_other_headers(void **state)
{
	static const char *const cases[] = { "secret",	   "=secret",
					     "a b=secret", "a=secret%0d%0aX: y",
					     "a:=secret",  "a=1,,b=2" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct otlp_endpoint endpoint = { 0 };
		struct error err = { 0 };

		assert_int_equal(otlp_endpoint_add_headers(&endpoint, cases[i], &err), -EINVAL);
		assert_null(strstr(err.what, "secret"));
		assert_string_equal(err.subject, "OTEL_EXPORTER_OTLP_HEADERS");
		otlp_endpoint_finish(&endpoint);
	}
}

static void takes_no_more_headers_than_it_has_places_for(void **state)
{
	struct otlp_endpoint endpoint = { 0 };
	char text[5 * OTLP_MOST_HEADERS + 1] = "";

	for (int i = 0; i < OTLP_MOST_HEADERS; i++)
		strcat(text, "a=b,");
	assert_int_equal(otlp_endpoint_add_headers(&endpoint, text, NULL), 0);
	assert_int_equal(otlp_endpoint_add_headers(&endpoint, "a=b", NULL), -EINVAL);
	otlp_endpoint_finish(&endpoint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_urls),
		cmocka_unit_test(refuses_other_urls),
		cmocka_unit_test(takes_headers),
		cmocka_unit_test(refuses_other_headers),
		cmocka_unit_test(takes_no_more_headers_than_it_has_places_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
