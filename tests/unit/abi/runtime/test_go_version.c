/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "go_version.h"

enum { DEVELOPMENT = 1, VENDOR = 2, NO_REGISTER_ABI = 4, NO_SWISS_MAP = 8, MAP_SPLIT_GROUP = 16 };

static const struct {
	const char *text;
	uint32_t number;
	int flags;
} good[] = {
	{ "go1", GO_VERSION(0, 0), 0 },
	{ "go1.0.3", GO_VERSION(0, 3), 0 },
	{ "go1.15", GO_VERSION(15, 0), 0 },
	{ "go1.22.7", GO_VERSION(22, 7), 0 },
	{ "go1.27rc1", GO_VERSION(27, 0), 0 },
	{ "go1.9beta2", GO_VERSION(9, 0), 0 },
	{ "devel go1.23-abcdef1234 Thu May 2 10:00:00 2024 +0000", GO_VERSION(23, 0), DEVELOPMENT },
	{ "devel go1.24-abc Thu X:noswissmap", GO_VERSION(24, 0), DEVELOPMENT | NO_SWISS_MAP },
	{ "go1.26-devel_7c0d4e2 Thu", GO_VERSION(26, 0), DEVELOPMENT },
	{ "go1.17 X:noregabiwrappers,noregabig,noregabireflect,noregabidefer,noregabiargs",
	  GO_VERSION(17, 0), NO_REGISTER_ABI },
	{ "go1.17 X:noregabireflect", GO_VERSION(17, 0), 0 },
	{ "go1.22.5 X:boringcrypto", GO_VERSION(22, 5), 0 },
	{ "go1.25.1 X:nodwarf5,noswissmap", GO_VERSION(25, 1), NO_SWISS_MAP },
	{ "go1.26.2-X:nodwarf5", GO_VERSION(26, 2), 0 },
	{ "go1.24.1-X:noswissmap", GO_VERSION(24, 1), NO_SWISS_MAP },
	{ "go1.27.3-X:mapsplitgroup", GO_VERSION(27, 3), MAP_SPLIT_GROUP },
	/* The first of two lists. */
	{ "go1.26.2-X:noswissmap X:mapsplitgroup", GO_VERSION(26, 2), NO_SWISS_MAP },
	{ "go1.26.2 X:noswissmap -X:mapsplitgroup", GO_VERSION(26, 2), NO_SWISS_MAP },
	{ "go1.22.7 (Red Hat 1.22.7-1.el9)", GO_VERSION(22, 7), VENDOR },
	{ "go1.22.7 (Red Hat 1.22.7-1.el9) X:strictfipsruntime", GO_VERSION(22, 7), VENDOR },
	{ "go1.21.3-fips", GO_VERSION(21, 3), VENDOR },
	{ "go1.16.7b7", GO_VERSION(16, 7), VENDOR },
	{ "go1.20-pre3 cl/485000000 +a1b2c3", GO_VERSION(20, 0), VENDOR },
};

static void understands(void **state)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct go_version version;
		int flags;

		assert_int_equal(go_version_parse(good[i].text, &version, NULL), 0);
		flags = (version.development ? DEVELOPMENT : 0) | (version.vendor ? VENDOR : 0) |
			(version.no_register_abi ? NO_REGISTER_ABI : 0) |
			(version.no_swiss_map ? NO_SWISS_MAP : 0) |
			(version.map_split_group ? MAP_SPLIT_GROUP : 0);
		assert_string_equal(version.text, good[i].text);
		assert_int_equal(version.number, good[i].number);
		assert_int_equal(flags, good[i].flags);
		assert_false(version.from_pclntab);
	}
}

static void refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"go",
		"go2",
		"go1.",
		"go1.x",
		"go10",
		"1.22",
		"Go1.22",
		"go1.-3",
		"go1.22.",
		"go1.22.x",
		"go1.22.7.1",
		"go1.22.1000",
		"go1.99999999999999999999",
		"go1.27rc",
		"devel",
		"devel 1.2",
		"devel +a1b2c3d Thu",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct go_version version = { .number = 77 };
		struct error err = { 0 };

		assert_int_equal(go_version_parse(bad[i], &version, &err), -EINVAL);
		assert_int_equal(version.number, 77);
		assert_non_null(strstr(err.what, bad[i]));
	}
}

static void cuts_long_text(void **state)
{
	char text[1000] = "go1.22.7 ";
	struct go_version version;

	memset(text + 9, 'v', sizeof(text) - 10);
	assert_int_equal(go_version_parse(text, &version, NULL), 0);
	assert_int_equal(strlen(version.text), sizeof(version.text) - 1);
	assert_int_equal(version.number, GO_VERSION(22, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(refuses),
		cmocka_unit_test(cuts_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
