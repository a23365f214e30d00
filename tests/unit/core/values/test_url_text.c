/* SPDX-License-Identifier: MIT */
/* The results are those of Go's URL.String() for the same fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "url_text.h"

#define PART(text)                            \
	{                                     \
		text, sizeof(text) - 1, false \
	}

static void assert_url(struct url url, const char *wanted)
{
	struct text_buffer text = { 0 };

	url_text(&text, &url);
	assert_false(text.failed);
	if (text.size != strlen(wanted) ||
	    memcmp(text.data ? text.data : "", wanted, text.size) != 0)
		fail_msg("%.*s, not %s", (int)text.size, text.data, wanted);
	text_buffer_release(&text);
}

static void writes_urls(void **state)
{
	assert_url((struct url){ 0 }, "");
	assert_url((struct url){ .scheme = PART("https"),
				 .host = PART("h:1"),
				 .path = PART("/a b"),
				 .raw_query = PART("q=1&r=%20"),
				 .fragment = PART("f g") },
		   "https://h:1/a%20b?q=1&r=%20#f%20g");
	assert_url((struct url){ .scheme = PART("mailto"), .opaque = PART("a@b.c") },
		   "mailto:a@b.c");
	assert_url((struct url){ .path = PART("/p"), .force_query = true }, "/p?");
	assert_url((struct url){ .host = PART("h"), .path = PART("rel") }, "//h/rel");
	assert_url((struct url){ .path = PART("with:colon/rel") }, "./with:colon/rel");
	assert_url((struct url){ .path = PART("rel/with:colon") }, "rel/with:colon");
	assert_url((struct url){ .path = PART("*") }, "*");
	assert_url((struct url){ .scheme = PART("file"), .path = PART("/etc") }, "file:///etc");
	assert_url((struct url){ .scheme = PART("file"), .path = PART("/etc"), .omit_host = true },
		   "file:/etc");
	assert_url((struct url){ .scheme = PART("http"), .path = PART("//h/p"), .omit_host = true },
		   "http:%2F/h/p");
	assert_url((struct url){ .scheme = PART("http"), .omit_host = true }, "http:");
}

static void escapes(void **state)
{
	assert_url((struct url){ .path = PART("/\xc3\xa9?#%[]\"\0") },
		   "/%C3%A9%3F%23%25%5B%5D%22%00");
	assert_url((struct url){ .path = PART("/$&+,/:;=@-_.~") }, "/$&+,/:;=@-_.~");
	assert_url((struct url){ .host = PART("[fe80::1%en0]:80") }, "//[fe80::1%25en0]:80");
	assert_url((struct url){ .path = PART("/"), .fragment = PART("a'b!(c)*\\") },
		   "/#a%27b!(c)*%5C");
}

/* The client's encoding of a path is kept if it decodes to the path. */
static void keeps_encodings(void **state)
{
	assert_url((struct url){ .path = PART("/a/b"), .raw_path = PART("/a%2fb") }, "/a%2fb");
	assert_url((struct url){ .path = PART("/a/b"), .raw_path = PART("/a%2Fc") }, "/a/b");
	assert_url((struct url){ .path = PART("/a"), .raw_path = PART("/a%") }, "/a");
	assert_url((struct url){ .path = PART("/a"), .raw_path = PART("/a%2") }, "/a");
	assert_url((struct url){ .path = PART("/a!"), .raw_path = PART("/a!") }, "/a!");
	assert_url((struct url){ .path = PART("/a b"), .raw_path = PART("/a b") }, "/a%20b");
	assert_url((struct url){ .path = PART("/"),
				 .fragment = PART("a b"),
				 .raw_fragment = PART("a%20b") },
		   "/#a%20b");
}

static void writes_users(void **state)
{
	assert_url((struct url){ .host = PART("h"), .has_user = true, .username = PART("a:b@c") },
		   "//a%3Ab%40c@h");
	assert_url((struct url){ .host = PART("h"),
				 .has_user = true,
				 .username = PART("a"),
				 .has_password = true,
				 .password = PART("p/") },
		   "//a:p%2F@h");
	assert_url((struct url){ .host = PART("h"),
				 .has_user = true,
				 .username = PART("a"),
				 .has_password = true,
				 .password = { "<redacted>", 10, true } },
		   "//a:<redacted>@h");
	assert_url((struct url){ .scheme = PART("http"), .has_user = true, .omit_host = true },
		   "http://@");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_urls),
		cmocka_unit_test(escapes),
		cmocka_unit_test(keeps_encodings),
		cmocka_unit_test(writes_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
