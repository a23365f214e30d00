/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "similar.h"

/* Replaces the function table of a binary. An entry without a name is damaged. */
struct pclntab {
	const char *const *names;
	size_t count;
};

bool pclntab_next(const struct pclntab *table, size_t *index, struct function *ret_function)
{
	while (*index < table->count && !table->names[*index])
		++*index;
	if (*index == table->count)
		return false;
	*ret_function = (struct function){ .name = table->names[*index] };
	return true;
}

#define NAME_OF_16 "0123456789abcdef"
#define NAME_OF_64 NAME_OF_16 NAME_OF_16 NAME_OF_16 NAME_OF_16
#define NAME_OF_128 NAME_OF_64 NAME_OF_64

static const char *const names[] = {
	"runtime.main",
	"main.main",
	NULL,
	"main.ping",
	"main.Map[...]",
	"main.Map[...]",
	"main.pong",
	"main.pings",
	"main.(*Shop).Buy",
	"main.(*Shop).Bay",
	"net.ping",
	"main.a",
	"net/http.(*conn).serve",
	"xyzzy",
	"pqr",
	"aabyz",
	NAME_OF_128,
	NAME_OF_128 "9",
};
static const struct pclntab table = { names, sizeof(names) / sizeof(names[0]) };

static void assert_similar(const char *name, const char *wanted, size_t count)
{
	char text[256];

	assert_int_equal(similar_functions(&table, name, text, sizeof(text)), count);
	assert_string_equal(text, wanted);
}

static void finds_what_was_mistyped(void **state)
{
	/* One edit, then two; the first of equals first. */
	assert_similar("main.pingg", "main.ping, main.pings, main.pong", 3);
	assert_similar("main.(*Shop).Buj", "main.(*Shop).Buy, main.(*Shop).Bay", 2);
	assert_similar("net/http.(*con).serve", "net/http.(*conn).serve", 1);
	assert_similar("mainping", "main.ping, main.pong, main.pings", 3);
}

/* A third of the characters and one more may differ. */
static void finds_what_is_as_far_as_it_may_be(void **state)
{
	assert_similar("xyz", "xyzzy", 1);
	assert_similar("xy", "", 0);
	assert_similar("pqrstu", "pqr", 1);
	assert_similar("pqrstuvw", "", 0);
	assert_similar("bbbyz", "aabyz", 1);
	assert_similar("bbbbz", "", 0);
}

/* Longer names than 128 bytes are not compared. */
static void compares_names_of_some_length(void **state)
{
	assert_similar(NAME_OF_128 "8", "", 0);
	assert_similar(NAME_OF_64 NAME_OF_16 NAME_OF_16 NAME_OF_16 "0123456789abcde.", NAME_OF_128,
		       1);
	assert_similar(NAME_OF_64 NAME_OF_16 NAME_OF_16 NAME_OF_16 "0123456789abcde", NAME_OF_128,
		       1);
}

static void names_instances_once(void **state)
{
	assert_similar("main.Map[..]", "main.Map[...]", 1);
}

static void finds_the_package(void **state)
{
	assert_similar("Buy", "main.(*Shop).Buy", 1);
	assert_similar("shop.ping", "main.ping, net.ping", 2);
	assert_similar("main.Ping", "main.ping, main.pong, main.pings", 3);
}

static void finds_nothing_far_away(void **state)
{
	char longer[400];

	assert_similar("example.com/other.Function", "", 0);
	assert_similar("", "", 0);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_similar(longer, "", 0);
}

static void stays_within_its_buffer(void **state)
{
	char text[64];

	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, 'X', sizeof(text));
		assert_int_equal(similar_functions(&table, "main.pingg", text, size), 3);
		assert_non_null(memchr(text, '\0', size));
		assert_true(strncmp(text, "main.ping, main.pings, main.pong", strlen(text)) == 0);
		assert_int_equal(text[size], 'X');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_mistyped),
		cmocka_unit_test(finds_what_is_as_far_as_it_may_be),
		cmocka_unit_test(compares_names_of_some_length),
		cmocka_unit_test(names_instances_once),
		cmocka_unit_test(finds_the_package),
		cmocka_unit_test(finds_nothing_far_away),
		cmocka_unit_test(stays_within_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
