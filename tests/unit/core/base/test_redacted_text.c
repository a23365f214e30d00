/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "redacted_text.h"

static const struct redaction listed;

struct example {
	const char *text, *wanted; /* NULL: the text is not changed */
};

typedef struct redacted_text redact(const struct redaction *, const char *, size_t, bool);

static void assert_example(redact *make, const char *text, const char *wanted, bool is_cut)
{
	size_t size = strlen(text);
	/* A separate allocation, so that a read beyond its end is detected. */
	char *copy = memcpy(malloc(size ? size : 1), text, size);
	struct redacted_text made = make(&listed, copy, size, is_cut);

	if (!wanted)
		assert_ptr_equal(made.data, copy);
	wanted = wanted ? wanted : text;
	if (made.size != strlen(wanted) || memcmp(made.data, wanted, made.size) != 0)
		fail_msg("%s: %.*s, not %s", text, (int)made.size, made.data, wanted);
	redacted_text_release(&made);
	free(copy);
}

static void assert_examples(redact *make, const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_example(make, examples[i].text, examples[i].wanted, false);
}

#define ASSERT_EXAMPLES(make, examples) \
	assert_examples(make, examples, sizeof(examples) / sizeof((examples)[0]))

/* ---- queries ---- */

static const struct example queries[] = {
	{ "", NULL },
	{ "q=1&page=2", NULL },
	{ "token", NULL },
	{ "token&a=1", NULL },
	{ "tokenizer=a&sessions_count=3", NULL },
	{ "&&=&;;=&", NULL },
	{ "token=abc", "token=<redacted>" },
	{ "token=", "token=<redacted>" },
	{ "q=1&token=abc&page=2", "q=1&token=<redacted>&page=2" },
	{ "TOKEN=a&Access-Token=b&apiKey=c",
	  "TOKEN=<redacted>&Access-Token=<redacted>&apiKey=<redacted>" },
	{ "token=a&token=b&q=c&token=d", "token=<redacted>&token=<redacted>&q=c&token=<redacted>" },
	{ "%74oken=abc&q=1", "%74oken=<redacted>&q=1" },
	{ "access%5ftoken=abc", "access%5ftoken=<redacted>" },
	{ "token=a=b==&q=1", "token=<redacted>&q=1" },
	{ "token=100%&q=%", "token=<redacted>&q=%" },
	{ "q=%zz&token=%zz&%zz=1", "q=%zz&token=<redacted>&%zz=1" },
	{ "token=%26a%3Db&q=1", "token=<redacted>&q=1" },
	{ "sig=a&Signature=b&AWSAccessKeyId=c&X-Goog-Signature=d&X-Amz-Signature=e&X-Amz-Date=f",
	  "sig=<redacted>&Signature=<redacted>&AWSAccessKeyId=<redacted>&X-Goog-Signature=<redacted>&"
	  "X-Amz-Signature=<redacted>&X-Amz-Date=f" },
	{ "password[]=a&token%5b%5d=b", "password[]=<redacted>&token%5b%5d=<redacted>" },
	/* Semicolons separated parameters up to Go 1.16; from then on they are part of a name or value. */
	{ "a=1;token=b;c=2", "a=1;token=<redacted>;c=2" },
	{ "token=a;b&c=1", "token=<redacted>&c=1" },
	{ "token=a;", "token=<redacted>" },
	{ "token=a;;b=1", "token=<redacted>;b=1" },
	/* Bytes that a browser would have escaped. */
	{ "token=a\"b c\nd&q=\"1\"", "token=<redacted>&q=\"1\"" },
	{ "token=a#token=b", "token=<redacted>#token=<redacted>" },
	/* URLs and queries within parameters. */
	{ "next=/x?token=abc&q=1", "next=/x?token=<redacted>&q=1" },
	{ "next=%2Fx%3Ftoken%3Dabc%26b%3D1&q=1", "next=%2Fx%3Ftoken%3D<redacted>%26b%3D1&q=1" },
	{ "state=token%3dabc&q=1", "state=token%3d<redacted>&q=1" },
	{ "next=%3Ftoken=abc", "next=%3Ftoken=<redacted>" },
	{ "next=https://ada:hunter2@x/&q=1", "next=https://ada:<redacted>@x/&q=1" },
	{ "next=https://x:80&mail=a@b", NULL },
	{ "q=token=abc", NULL },
	{ "q=token:abc&t=12:30", NULL },
	{ "token%3f=a", "token%3f=<redacted>" },
};

static void redacts_queries(void **state)
{
	ASSERT_EXAMPLES(redacted_text_make_query, queries);
}

static void redacts_cut_queries(void **state)
{
	assert_example(redacted_text_make_query, "q=1&token=ab", "q=1&token=<redacted>", true);
	assert_example(redacted_text_make_query, "q=1&token=", "q=1&token=<redacted>", true);
	assert_example(redacted_text_make_query, "q=1&token", NULL, true);
	assert_example(redacted_text_make_query, "q=1&token=a%2", "q=1&token=<redacted>", true);
}

/* ---- other texts ---- */

static const struct example texts[] = {
	{ "/items/7", NULL },
	{ "/session:close", NULL },
	{ "/v1/token/7", NULL },
	{ "plain text: nothing in it, 12:30", NULL },
	/* URLs */
	{ "/reset?token=abc", "/reset?token=<redacted>" },
	{ "/reset?a=1&token=abc#top", "/reset?a=1&token=<redacted>#top" },
	{ "/reset;token=abc", "/reset;token=<redacted>" },
	{ "https://shop.local/reset?token=abc&a=1",
	  "https://shop.local/reset?token=<redacted>&a=1" },
	{ "https://shop.local/#access_token=abc&a=1",
	  "https://shop.local/#access_token=<redacted>&a=1" },
	{ "https://ada:hunter2@shop.local/?a=1", "https://ada:<redacted>@shop.local/?a=1" },
	{ "https://ada:a:b@c@shop.local", "https://ada:<redacted>@shop.local" },
	{ "https://ada:a&b@shop.local", "https://ada:<redacted>@shop.local" },
	{ "/x?next=https://x:80&mail=a@b", NULL },
	{ "https://ada@shop.local:8080/", NULL },
	{ "https://shop.local:8080/a@b", NULL },
	{ "http://[::1]:8080/", NULL },
	{ "see https://a:b@c/ and https://d:e@f/",
	  "see https://a:<redacted>@c/ and https://d:<redacted>@f/" },
	/* Forms, and cookies in the form in which they are sent. */
	{ "user=ada&password=hunter2", "user=ada&password=<redacted>" },
	{ "theme=dark; session=abc; lang=en", "theme=dark; session=<redacted>; lang=en" },
	/* Headers in the form in which they are sent. */
	{ "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a:b;c\r\nCookie:d\r\nAccept: */*\r\n\r\n",
	  "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: <redacted>\r\nCookie:<redacted>\r\nAccept: */*\r\n\r\n" },
	{ "authorization: Basic abc", "authorization: <redacted>" },
	{ "Referer: /x?token=abc\r\nA: b", "Referer: /x?token=<redacted>\r\nA: b" },
	{ "X-Api-Key:", "X-Api-Key:<redacted>" },
	/* JSON */
	{ "{\"access_token\":\"abc\"}", "{\"access_token\":\"<redacted>\"}" },
	{ "{\"user\":\"ada\", \"password\" : \"a\\\"b\\\\\", \"n\":1}",
	  "{\"user\":\"ada\", \"password\" : \"<redacted>\", \"n\":1}" },
	{ "{\"token\":12,\"n\":1}", "{\"token\":<redacted>,\"n\":1}" },
	{ "{\"token\":null}", "{\"token\":<redacted>}" },
	{ "{\"session\":{\"id\":\"}\",\"a\":[1]},\"n\":[\"token\"]}",
	  "{\"session\":<redacted>,\"n\":[\"token\"]}" },
	{ "{\"session\":{\"\":\"}\"},\"n\":1}", "{\"session\":<redacted>,\"n\":1}" },
	{ "{\"session\":[1,2", "{\"session\":<redacted>" },
	{ "{\"token\":\"ab", "{\"token\":\"<redacted>" },
	{ "{\"url\":\"/x?token=abc\",\"n\":1}", "{\"url\":\"/x?token=<redacted>\",\"n\":1}" },
	{ "\"{\\\"token\\\":\\\"a\\\\\\\"b\\\",\\\"n\\\":1}\"",
	  "\"{\\\"token\\\":\\\"<redacted>\\\",\\\"n\\\":1}\"" },
	{ "{\"tokens\":\"abc\",\"a\":\"token\"}", NULL },
	/* In quotes. */
	{ "Get \"https://x/?token=abc\": refused", "Get \"https://x/?token=<redacted>\": refused" },
	{ "a\ntoken: b\nc", "a\ntoken: <redacted>\nc" },
	{ "header \"Authorization: Bearer abc\" is bad",
	  "header \"Authorization: <redacted>\" is bad" },
	{ "\"", NULL },
	{ "\"token\":", "\"token\":<redacted>" },
};

static void redacts_texts(void **state)
{
	ASSERT_EXAMPLES(redacted_text_make, texts);
}

/* An authority that was cut may end in a password or in a port. */
static void redacts_cut_texts(void **state)
{
	assert_example(redacted_text_make, "https://ada:hunt", "https://ada:<redacted>", true);
	assert_example(redacted_text_make, "https://ada:hunt", NULL, false);
	assert_example(redacted_text_make, "https://shop.local:8080/", NULL, true);
	assert_example(redacted_text_make, "Authorization: Bea", "Authorization: <redacted>", true);
	assert_example(redacted_text_make, "{\"token\":\"ab", "{\"token\":\"<redacted>", true);
}

static void takes_any_bytes(void **state)
{
	static const char text[] = "a=\0&token=\0b\0&c=\xff{\"token\":\0}:\0";
	struct redacted_text made = redacted_text_make(&listed, text, sizeof(text), false);

	assert_int_equal(made.size, sizeof(text) - 3 + 10 - 1 + 10);
	assert_memory_equal(made.data, "a=\0&token=<redacted>&c=\xff{\"token\":<redacted>}:\0",
			    made.size);
	redacted_text_release(&made);
}

static void redacts_nothing_unasked(void **state)
{
	static const char text[] = "token=abc";
	struct redacted_text made = redacted_text_make(NULL, text, strlen(text), false);

	assert_ptr_equal(made.data, text);
	made = redacted_text_make(NULL, NULL, 0, false);
	assert_int_equal(made.size, 0);
	made = redacted_text_make_query(&listed, NULL, 0, false);
	assert_int_equal(made.size, 0);
}

/* ---- invariants of queries ---- */

static uint32_t seed = 1;

static uint32_t below(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * limit >> 32);
}

struct query {
	char text[16384], wanted[65536];
	size_t size, wanted_size;
};

static void add(struct query *query, const char *text, const char *wanted)
{
	query->size += (size_t)sprintf(query->text + query->size, "%s", text);
	query->wanted_size += (size_t)sprintf(query->wanted + query->wanted_size, "%s", wanted);
}

/* Adds the name with some letters percent-encoded, and some in the other case. */
static void spell(const char *name, char *text)
{
	for (; *name; name++) {
		if (below(5) == 0)
			text += sprintf(text, below(2) ? "%%%02x" : "%%%02X", (unsigned char)*name);
		else
			*text++ = (char)(below(2) ? toupper(*name) : *name);
	}
	*text = '\0';
}

static void random_value(char *text, uint32_t most)
{
	static const char bytes[] = "abcxyz0189-._~+%=/:@!$'()*,\"<> \\{}[]|";

	for (uint32_t size = below(most); size > 0; size--)
		*text++ = bytes[below(sizeof(bytes) - 1)];
	*text = '\0';
}

static void add_parameter(struct query *query, uint32_t longest)
{
	static const char *const secret[] = { "token",	 "password",  "access_token",
					      "api-key", "sig",	      "x-amz-signature",
					      "session", "x-api-key", "pin.code" };
	static const char *const open[] = { "q", "page", "tokenizer", "sessions_count",
					    "",	 "sort", "signal" };
	bool is_secret = below(3) == 0;
	char name[128], value[8192];

	spell(is_secret ? secret[below(9)] : open[below(7)], name);
	random_value(value, longest);
	/* A random encoded equals sign would begin a nested list. */
	for (char *at = value; (at = strchr(at, '%')); at++)
		at[0] = at[1] == '3' || at[1] == '2' ? 'a' : '%';
	add(query, name, name);
	if (below(8) == 0)
		return;
	add(query, "=", "=");
	/* "://" would begin a URL. */
	for (char *at = value; (at = strstr(at, "://"));)
		*at = 'a';
	add(query, value, is_secret ? REDACTED : value);
}

static void assert_query(const struct redaction *redaction, const struct query *query)
{
	struct redacted_text made =
		redacted_text_make_query(redaction, query->text, query->size, below(2));

	if (made.size != query->wanted_size || memcmp(made.data, query->wanted, made.size) != 0)
		fail_msg("%s:\n%.*s, not\n%s", query->text, (int)made.size, made.data,
			 query->wanted);
	redacted_text_release(&made);
}

/* Exactly the values of secret parameters are hidden, in any order, number and spelling. */
static void redacts_random_queries(void **state)
{
	static const char *const globs[] = { "pin*" };
	static const struct redaction redaction = { globs, 1 };
	static struct query query;

	for (int i = 0; i < 20000; i++) {
		uint32_t longest = i % 1000 ? 12 : 2000;

		query.size = query.wanted_size = 0;
		query.text[0] = query.wanted[0] = '\0';
		for (uint32_t count = below(7); count > 0; count--) {
			add_parameter(&query, longest);
			if (count > 1)
				add(&query, "&", "&");
		}
		assert_query(&redaction, &query);
	}
}

/* Wherever a query is cut, no byte of a value that is hidden in the whole query is shown. */
static void redacts_queries_cut_anywhere(void **state)
{
	static const char text[] =
		"q=1&token=SECRET&%70assword=SECRET;a=2&next=%3Fsig%3DSECRET&x=https://u:SECRET@h/&b=3";

	for (size_t size = 0; size < sizeof(text); size++) {
		struct redacted_text made = redacted_text_make_query(&listed, text, size, true);

		for (size_t at = 0; at < made.size; at++)
			assert_null(strchr("SECT", made.data[at]));
		redacted_text_release(&made);
	}
}

/*
 * For any bytes, the result is the text except for hidden values between names and their ends, and takes one
 * pass over the text.
 */
static void bounds_what_it_makes(void **state)
{
	static const char bytes[] = "?&;#=:\"\n%3dfb26{}[]\\,/@tokensig ";
	static char text[8192];

	for (int i = 0; i < 3000; i++) {
		size_t size = i % 100 ? below(60) : sizeof(text);
		struct redacted_text made, again;

		for (size_t at = 0; at < size; at++)
			text[at] = bytes[below(sizeof(bytes) - 1)];
		made = (i % 2 ? redacted_text_make : redacted_text_make_query)(&listed, text, size,
									       below(2));
		assert_true(made.size <= (size + 1) * sizeof(REDACTED));
		assert_true(!made.owned ||
			    memmem(made.data, made.size, REDACTED, strlen(REDACTED)));
		again = redacted_text_make(&listed, made.data, made.size, false);
		redacted_text_release(&again);
		redacted_text_release(&made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redacts_queries),
		cmocka_unit_test(redacts_cut_queries),
		cmocka_unit_test(redacts_texts),
		cmocka_unit_test(redacts_cut_texts),
		cmocka_unit_test(takes_any_bytes),
		cmocka_unit_test(redacts_nothing_unasked),
		cmocka_unit_test(redacts_random_queries),
		cmocka_unit_test(redacts_queries_cut_anywhere),
		cmocka_unit_test(bounds_what_it_makes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
