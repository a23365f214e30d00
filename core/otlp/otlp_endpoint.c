/* SPDX-License-Identifier: MIT */
#include "otlp_endpoint.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The characters of a header's name (RFC 9110, token). */
static const char NAME_LETTERS[] =
	"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* ---- the URL ---- */

/* Returns what follows the scheme; NULL if it is neither http nor https. */
static const char *skip_scheme(const char *url)
{
	if (strncmp(url, "http://", 7) == 0)
		return url + 7;
	return strncmp(url, "https://", 8) == 0 ? url + 8 : NULL;
}

static bool has_bad_character(const char *url)
{
	for (; *url; url++) {
		if (*url <= ' ' || *url >= 0x7f)
			return true;
	}
	return false;
}

static int check_authority(const char *authority, struct error *err)
{
	size_t size = strcspn(authority, "/?#");

	if (memchr(authority, '@', size)) {
		error_hint(
			err,
			"every user can read command lines: set OTEL_EXPORTER_OTLP_HEADERS instead");
		return error_fail(err, -EINVAL, "a name and a password are not taken from the URL");
	}
	if (size == 0 || authority[0] == ':')
		return error_fail(err, -EINVAL, "there is no host in the URL");
	if (authority[size])
		size += strcspn(authority + size, "?#");
	if (authority[size])
		return error_fail(
			err, -EINVAL,
			"the URL has a query or a fragment: /v1/traces and /v1/metrics are added at its end");
	return 0;
}

int otlp_endpoint_parse(const char *text, struct otlp_endpoint *ret_endpoint, struct error *err)
{
	const char *authority = skip_scheme(text);
	size_t size = strlen(text);
	int r;

	if (!authority || has_bad_character(text)) {
		error_hint(err, "for example http://127.0.0.1:4318");
		return error_fail(err, -EINVAL,
				  "http://HOST:PORT or https://HOST:PORT is expected");
	}
	if (size > OTLP_MOST_URL)
		return error_fail(err, -EINVAL, "the URL has more than %d bytes", OTLP_MOST_URL);
	r = check_authority(authority, err);
	if (r < 0)
		return r;
	while (text[size - 1] == '/')
		size--;
	memcpy(ret_endpoint->url, text, size);
	ret_endpoint->url[size] = '\0';
	ret_endpoint->text = text;
	return 0;
}

/* ---- headers ---- */

static int percent_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Appends the decoded value; returns its end, or NULL if it has control characters, which end headers. */
static char *decode_value(char *to, const char *from, const char *end)
{
	while (from < end) {
		int high = *from == '%' && end - from > 2 ? percent_digit(from[1]) : -1;
		int low = high >= 0 ? percent_digit(from[2]) : -1;
		char byte = low >= 0 ? (char)(high << 4 | low) : *from;

		if (iscntrl((unsigned char)byte))
			return NULL;
		*to++ = byte;
		from += low >= 0 ? 3 : 1;
	}
	return to;
}

static void trim_blanks(const char **begin, const char **end)
{
	while (*begin < *end && (**begin == ' ' || **begin == '\t'))
		++*begin;
	while (*begin < *end && ((*end)[-1] == ' ' || (*end)[-1] == '\t'))
		--*end;
}

static int fail_header(struct error *err, size_t number)
{
	error_subject(err, "OTEL_EXPORTER_OTLP_HEADERS");
	error_hint(err, "for example: authorization=Bearer%%20TOKEN,x-tenant=shop");
	return error_fail(err, -EINVAL, "header %zu is not name=value", number);
}

/* Makes "name: value"; *ret_header is NULL if the text is no header. */
static int make_header(const char *begin, const char *end, char **ret_header)
{
	const char *equals = memchr(begin, '=', (size_t)(end - begin));
	const char *name_end = equals, *value = equals ? equals + 1 : NULL;
	char *header, *at;

	*ret_header = NULL;
	if (!equals)
		return 0;
	trim_blanks(&begin, &name_end);
	trim_blanks(&value, &end);
	if (name_end == begin || strspn(begin, NAME_LETTERS) < (size_t)(name_end - begin))
		return 0;
	header = malloc((size_t)(name_end - begin) + (size_t)(end - value) + 3);
	if (!header)
		return -ENOMEM;
	memcpy(header, begin, (size_t)(name_end - begin));
	at = header + (name_end - begin);
	*at++ = ':';
	*at++ = ' ';
	at = decode_value(at, value, end);
	if (!at) {
		free(header);
		return 0;
	}
	*at = '\0';
	*ret_header = header;
	return 0;
}

int otlp_endpoint_add_headers(struct otlp_endpoint *endpoint, const char *text, struct error *err)
{
	for (size_t number = 1; *text; number++) {
		size_t size = strcspn(text, ",");
		char *header = NULL;

		if (endpoint->header_count == OTLP_MOST_HEADERS) {
			error_subject(err, "OTEL_EXPORTER_OTLP_HEADERS");
			return error_fail(err, -EINVAL, "there are more than %d headers",
					  OTLP_MOST_HEADERS);
		}
		if (make_header(text, text + size, &header) < 0)
			return error_fail(err, -ENOMEM, "out of memory");
		if (!header)
			return fail_header(err, number);
		endpoint->headers[endpoint->header_count++] = header;
		text += size + (text[size] == ',');
	}
	return 0;
}

int otlp_endpoint_limit(struct otlp_endpoint *endpoint, const char *text, struct error *err)
{
	if (strcmp(text, "traces") == 0)
		endpoint->signals = OTLP_TRACES;
	else if (strcmp(text, "metrics") == 0)
		endpoint->signals = OTLP_METRICS;
	else
		return error_fail(err, -EINVAL, "traces or metrics is expected");
	return 0;
}

void otlp_endpoint_finish(struct otlp_endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->header_count; i++)
		free(endpoint->headers[i]);
	endpoint->header_count = 0;
}
