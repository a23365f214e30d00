/* SPDX-License-Identifier: MIT */
/* Walks in binaries whose types only the built-in table describes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "protocol_registry.h"
#include "walk.h"
#include "way.h"

/* pt_regs indices on amd64 */
enum { R14 = 1, RCX = 11 };

static const struct site site_of_r14 = { .goroutine_register = R14 };

struct binary_types {
	struct elf_builder elf;
	struct image *image;
	struct types *types;
	struct go_version version;
	struct library_copies net_http;
};

static void binary_types_open(struct binary_types *binary, int minor, int patch)
{
	uint64_t offset;

	elf_init(&binary->elf);
	offset = elf_append(&binary->elf, NULL, 64);
	elf_segment(&binary->elf, PT_LOAD, PF_R | PF_X, 0x400000, offset, 64, 64);
	elf_finish(&binary->elf, ET_EXEC, EM_X86_64);
	binary->version = (struct go_version){ .number = GO_VERSION(minor, patch) };
	assert_int_equal(image_open(elf_save(&binary->elf), &binary->image, NULL), 0);
	assert_int_equal(types_open(binary->image, binary->image, &binary->version, &binary->types,
				    NULL),
			 0);
	binary->net_http = (struct library_copies){ .library = protocol_http1.library, .count = 1 };
	types_set_libraries(binary->types, &binary->net_http, 1);
}

static void binary_types_close(struct binary_types *binary)
{
	types_close(binary->types);
	image_close(binary->image);
	elf_release(&binary->elf);
}

/* Finds the way to a value, in the notation of way.h, or an error. */
static int find_way(const struct binary_types *binary, const char *function_name,
		    const struct site *site, const char *text, char way[static WAY_SIZE])
{
	struct function function = { function_name, 0x400000, 0x400040 };
	struct scope scope = {
		.convention = convention_of(MACHINE_AMD64, &binary->version),
		.version = &binary->version,
		.types = binary->types,
		.site = site,
	};
	struct plan_builder builder = { 0 };
	struct plan_place place = { 0 };
	struct expression expression;
	struct walk walk;
	int r;

	assert_int_equal(types_signature(binary->types, &function, &scope.signature, NULL, NULL),
			 0);
	assert_int_equal(expression_parse(text, &expression, NULL), 0);
	r = walk_begin(&walk, &scope, &expression, &builder, NULL);
	while (r == 0 && walk.step + 1 < expression.step_count)
		r = walk_take_step(&walk, NULL);
	if (r == 0)
		r = walk_place(&walk, &place, NULL);
	if (r == 0)
		way_write(scope.convention, &builder, &place, way);
	return r;
}

static void assert_way(const struct binary_types *binary, const char *function,
		       const struct site *site, const char *text, const char *wanted)
{
	char way[WAY_SIZE];

	assert_int_equal(find_way(binary, function, site, text, way), 0);
	assert_string_equal(way, wanted);
}

static const char serve_http[] = "net/http.serverHandler.ServeHTTP";

static void reads_the_table_of_125(void **state)
{
	struct binary_types binary;
	char way[WAY_SIZE];

	binary_types_open(&binary, 25, 1);
	assert_way(&binary, serve_http, &site_of_r14, "req.URL.Path", "rdi +16 +56");
	assert_way(&binary, serve_http, &site_of_r14, "rw.data", "rcx");
	assert_way(&binary, serve_http, &site_of_r14, "@g.goid", "r14 +152");
	assert_way(&binary, "net/http.(*response).finishRequest", &site_of_r14, "w.req.Pattern",
		   "rax +8 +232");
	/* Only DWARF would describe this type. */
	assert_int_equal(find_way(&binary, serve_http, &site_of_r14, "req.TLS.Version", way),
			 -ENODATA);
	binary_types_close(&binary);
}

static void reads_the_table_of_115(void **state)
{
	struct site no_goroutine = { .goroutine_register = CONVENTION_NO_REGISTER };
	struct site in_rcx = { .goroutine_register = RCX, .goroutine_offset = -8 };
	struct site in_storage = { .goroutine_register = CONVENTION_NO_REGISTER,
				   .goroutine_offset = -8 };
	struct binary_types binary;
	char way[WAY_SIZE];

	binary_types_open(&binary, 15, 15);
	assert_way(&binary, serve_http, &no_goroutine, "req.URL.RawQuery", "rsp +32 +16 +96");
	assert_way(&binary, serve_http, &no_goroutine, "rw.data", "rsp +24");
	assert_int_equal(find_way(&binary, serve_http, &no_goroutine, "@g.goid", way), -ENOTSUP);
	assert_way(&binary, serve_http, &in_rcx, "@g.goid", "rcx +152");
	assert_way(&binary, serve_http, &in_storage, "@g.goid", "thread pointer -8 +152");
	assert_int_equal(find_way(&binary, serve_http, &in_rcx, "req.Pattern", way), -ENOENT);
	binary_types_close(&binary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_table_of_125),
		cmocka_unit_test(reads_the_table_of_115),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
