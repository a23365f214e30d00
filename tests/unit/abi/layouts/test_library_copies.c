/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "library_copies.h"
#include "module_version.h"
#include "vendored.h"

#define COMMIT "20210119194325-5f4716e94777"

#define MODULE "golang.org/x/net"
#define HTTP2 MODULE "/http2."
#define HANDLER HTTP2 "(*serverConn).runHandler"
#define UPGRADE HTTP2 "(*serverConn).upgradeRequest"

static const char *const landmarks[] = { HANDLER, HTTP2 "(*Server).serveConn", NULL };

static const struct library library = {
	.module = MODULE,
	.landmarks = landmarks,
	.clue = UPGRADE,
	.clue_release = MODULE_VERSION(0, 4, 0),
};

static struct library_copies copies_of(char *lines, const char *const *functions, size_t count)
{
	const struct build_info info = { .modinfo = lines };
	struct elf_builder elf;
	struct image *image = NULL;
	struct pclntab *table = NULL;
	struct library_copies copies;

	elf_of_functions(&elf, functions, count);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(pclntab_open(image, &table, NULL), 0);
	library_copies_find(&library, &info, table, &copies);
	pclntab_close(table);
	image_close(image);
	elf_release(&elf);
	return copies;
}

static uint32_t release_of(char *lines)
{
	return copies_of(lines, (const char *[]){ HANDLER }, 1).copies[0].release;
}

#define RELEASE_OF(lines) release_of((char[]){ "path\tmain\nmod\tmain\t(devel)\t\n" lines })
#define REQUIRED(version) "dep\tgolang.org/x/net\t" version
#define REPLACED(by) REQUIRED("v0.0.0-" COMMIT) "\n=>\t" by "\n"
#define SUM "\th1:sum\n"

static void reads_what_was_required(void **state)
{
	assert_int_equal(RELEASE_OF(REQUIRED("v0.7.0") SUM), MODULE_VERSION(0, 7, 0));
	assert_int_equal(RELEASE_OF(REQUIRED("v0.0.0-" COMMIT) SUM), MODULE_COMMIT(20210119));
	assert_int_equal(RELEASE_OF(REQUIRED("v0.7.0") SUM "dep\tgolang.org/x/text\tv0.8.0" SUM),
			 MODULE_VERSION(0, 7, 0));
	assert_int_equal(RELEASE_OF(REQUIRED("v1.2.3") SUM), MODULE_VERSION(1, 2, 3));
	assert_int_equal(RELEASE_OF(REQUIRED("")), 0);
	assert_int_equal(RELEASE_OF(REQUIRED("v0.-1.0") SUM), 0);
	assert_int_equal(RELEASE_OF("dep\tgolang.org/x/network\tv0.1.0" SUM REQUIRED("v0.7.0") SUM),
			 MODULE_VERSION(0, 7, 0));
	assert_true(MODULE_COMMIT(20220524) < MODULE_VERSION(0, 1, 0));
}

static void reads_what_it_was_replaced_by(void **state)
{
	assert_int_equal(RELEASE_OF(REPLACED("golang.org/x/net\tv0.17.0\th1:sum")),
			 MODULE_VERSION(0, 17, 0));
	/* Copies in a folder, and a fork. */
	assert_int_equal(RELEASE_OF(REPLACED("./net\t(devel)\t")), 0);
	assert_int_equal(RELEASE_OF(REPLACED("golang.org/x/net\t(devel)\t")), 0);
	assert_int_equal(RELEASE_OF(REPLACED("example.com/x/net\tv0.17.0\th1:sum")), 0);
	assert_int_equal(RELEASE_OF(REQUIRED("v0.0.0-00010101000000-000000000000") SUM), 0);
	/* Copies of another module. */
	assert_int_equal(RELEASE_OF(REQUIRED("v0.7.0") SUM
				    "dep\tgolang.org/x/text\tv0.8.0\n"
				    "=>\tgolang.org/x/net\tv0.17.0\th1:sum\n"),
			 MODULE_VERSION(0, 7, 0));
}

#define COPIES(...)                                      \
	copies_of(NULL, (const char *[]){ __VA_ARGS__ }, \
		  sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *))

static void tells_by_functions_where_no_module_is_named(void **state)
{
	assert_int_equal(COPIES(HANDLER).copies[0].release, 0);
	assert_int_equal(COPIES(HANDLER, UPGRADE).copies[0].release, MODULE_VERSION(0, 4, 0));
}

static void finds_vendored_copies(void **state)
{
	struct library_copies found =
		COPIES("main.main", "app/vendor/" HANDLER, "app/vendor/" UPGRADE,
		       "app/vendor/" HTTP2 "(*Server).serveConn", "vendor/" HANDLER,
		       "a/vendor/b/vendor/" HTTP2 "(*Server).serveConn",
		       /* Not the library, or too little of it to serve requests. */
		       "app/myvendor/" HANDLER, "b/vendor/other/" HANDLER,
		       "c/vendor/" HTTP2 "(*Framer).ReadFrame", "d/vendor/" HANDLER ".func1");

	assert_int_equal(found.count, 4);
	assert_int_equal(found.left_out, 0);
	assert_string_equal(found.copies[0].prefix, "");
	assert_string_equal(found.copies[1].prefix, "app/vendor/");
	assert_int_equal(found.copies[1].release, MODULE_VERSION(0, 4, 0));
	assert_string_equal(found.copies[2].prefix, "vendor/");
	assert_int_equal(found.copies[2].release, 0);
	assert_string_equal(found.copies[3].prefix, "a/vendor/b/vendor/");
	assert_int_equal(library_copies_release(&found, "app/vendor/" HTTP2 "responseWriter"),
			 MODULE_VERSION(0, 4, 0));
	assert_int_equal(library_copies_release(&found, "other/vendor/" HTTP2 "responseWriter"), 0);
	assert_int_equal(library_copies_release(&found, "app/vendor/net/http.response"), 0);
}

static void counts_copies_that_there_is_no_room_for(void **state)
{
	char names[LIBRARY_MAX_COPIES + 1][128];
	const char *functions[LIBRARY_MAX_COPIES + 1];
	char modinfo[] = "path\tmain\n";
	struct library_copies found;

	for (int i = 0; i <= LIBRARY_MAX_COPIES; i++) {
		snprintf(names[i], sizeof(names[i]), "app%d/vendor/" HANDLER, i);
		functions[i] = names[i];
	}
	found = copies_of(modinfo, functions, LIBRARY_MAX_COPIES + 1);
	assert_int_equal(found.count, LIBRARY_MAX_COPIES);
	assert_int_equal(found.left_out, 2);
}

static void skips_prefixes(void **state)
{
	static const char *const rows[][2] = {
		{ "app/vendor/lib.F", "lib.F" },
		{ "vendor/lib.F", "lib.F" },
		{ "a/vendor/b/vendor/lib.(*T).M", "lib.(*T).M" },
		{ "lib.F", "lib.F" },
		{ "", "" },
		{ "my/vendors/lib.F", "my/vendors/lib.F" },
		{ "myvendor/lib.F", "myvendor/lib.F" },
		{ "app/vendor", "app/vendor" },
		{ "main.F[app/vendor/lib.T]", "main.F[app/vendor/lib.T]" },
		{ "app/vendor/lib.F[b/vendor/lib.T]", "lib.F[b/vendor/lib.T]" },
		{ "main.(*T[app/vendor/lib.T]).M", "main.(*T[app/vendor/lib.T]).M" },
		{ "*app/vendor/lib.T", "*app/vendor/lib.T" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(vendored_skip_prefix(rows[i][0]), rows[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_required),
		cmocka_unit_test(reads_what_it_was_replaced_by),
		cmocka_unit_test(tells_by_functions_where_no_module_is_named),
		cmocka_unit_test(finds_vendored_copies),
		cmocka_unit_test(counts_copies_that_there_is_no_room_for),
		cmocka_unit_test(skips_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
