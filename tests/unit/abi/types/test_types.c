/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "alignment.h"
#include "protocol_registry.h"
#include "types.h"
#include "unit_builder.h"

#define LOW 0x401000u

enum label { INT = 1, STRING, REQUEST, POINTER, SERVER, PAIR };

/* A binary whose DWARF differs from the table, so that a test sees which source answered. */
struct fixture {
	struct elf_builder elf;
	struct unit_builder dwarf;
	struct image *image;
	struct types *types;
	struct library_copies net_http;
};

static const struct function serve_http = { .name = "net/http.serverHandler.ServeHTTP",
					    .entry = LOW };
static const struct function finish = { .name = "net/http.(*response).finishRequest",
					.entry = LOW + 0x800 };
static const struct function own = { .name = "main.handle", .entry = LOW + 0x20 };

static void dwarf_write(struct unit_builder *dwarf, struct elf_builder *elf)
{
	unit_init(dwarf, LOW, LOW + 0x1000);
	unit_base(dwarf, INT, "int", 8, 2);
	unit_struct(dwarf, REQUEST, "net/http.Request", 100, 25, NO_LABEL);
	unit_member(dwarf, "Vendor", 8, INT, false);
	unit_end(dwarf);
	unit_pointer(dwarf, POINTER, "*net/http.Request", REQUEST);
	unit_struct(dwarf, SERVER, "net/http.Server", 100, 25, NO_LABEL);
	unit_member(dwarf, "Addr", 0, INT, false);
	unit_end(dwarf);
	unit_struct(dwarf, PAIR, "example.com/lib.Pair", 16, 25, NO_LABEL);
	unit_member(dwarf, "First", 0, INT, false);
	unit_member(dwarf, "Second", 8, INT, false);
	unit_end(dwarf);
	unit_function(dwarf, NO_LABEL, serve_http.name, serve_http.entry);
	unit_parameter(dwarf, NO_LABEL, "dwarf", POINTER, false, -1);
	unit_end(dwarf);
	unit_function(dwarf, NO_LABEL, own.name, own.entry);
	unit_parameter(dwarf, NO_LABEL, "r", POINTER, false, -1);
	unit_end(dwarf);
	unit_finish(dwarf, elf);
}

static void fixture_open(struct fixture *fixture, const char *text, bool dwarf, bool from_pclntab)
{
	struct go_version version;

	memset(fixture, 0, sizeof(*fixture));
	assert_int_equal(go_version_parse(text, &version, NULL), 0);
	version.from_pclntab = from_pclntab;
	elf_init(&fixture->elf);
	elf_segment(&fixture->elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	if (dwarf)
		dwarf_write(&fixture->dwarf, &fixture->elf);
	elf_finish(&fixture->elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&fixture->elf), &fixture->image, NULL), 0);
	assert_int_equal(
		types_open(fixture->image, fixture->image, &version, &fixture->types, NULL), 0);
	fixture->net_http =
		(struct library_copies){ .library = protocol_http1.library, .count = 1 };
	types_set_libraries(fixture->types, &fixture->net_http, 1);
	assert_int_equal(types_have_dwarf(fixture->types), dwarf);
}

static void fixture_close(struct fixture *fixture)
{
	types_close(fixture->types);
	image_close(fixture->image);
	elf_release(&fixture->elf);
}

/* Returns the source that answers for a function of net/http, or an error. */
static int source_of(const char *version, bool dwarf, const struct function *function)
{
	enum type_source source = TYPE_SOURCE_TABLE;
	const struct signature *signature = NULL;
	struct fixture fixture;
	int r;

	fixture_open(&fixture, version, dwarf, false);
	r = types_signature(fixture.types, function, &signature, &source, NULL);
	if (r == 0)
		assert_string_equal(signature->parameters[0].name,
				    function != &serve_http	? "r" :
				    source == TYPE_SOURCE_DWARF ? "dwarf" :
								  "sh");
	fixture_close(&fixture);
	return r < 0 ? r : (int)source;
}

static void test_who_answers(void **state)
{
	assert_int_equal(source_of("go1.22.7", true, &serve_http), TYPE_SOURCE_TABLE);
	assert_int_equal(source_of("go1.22.7", false, &serve_http), TYPE_SOURCE_TABLE);
	assert_int_equal(source_of("go1.22.7", true, &own), TYPE_SOURCE_DWARF);
	assert_int_equal(source_of("go1.22.7", false, &own), -ENODATA);
	assert_int_equal(source_of("go1.99.0", true, &serve_http), TYPE_SOURCE_DWARF);
	assert_int_equal(source_of("go1.99.0", false, &serve_http), TYPE_SOURCE_ASSUMED);
	assert_int_equal(source_of("go1.99.0", false, &own), -ENODATA);
	assert_int_equal(source_of("devel go1.22-abcdef", true, &serve_http), TYPE_SOURCE_DWARF);
	assert_int_equal(source_of("go1.22.7 (Red Hat 1.22.7-1.el9)", true, &serve_http),
			 TYPE_SOURCE_DWARF);
	assert_int_equal(source_of("go1.22.7 (Red Hat 1.22.7-1.el9)", false, &serve_http),
			 TYPE_SOURCE_TABLE);
}

/* In the order of `inspect`: the source for a function, and the source for a type of the table. */
static void test_order_of_trust(void **state)
{
	static const enum type_source wanted[][2] = { { TYPE_SOURCE_TABLE, TYPE_SOURCE_TABLE },
						      { TYPE_SOURCE_DWARF, TYPE_SOURCE_DWARF } };

	for (int trusts = 0; trusts < 2; trusts++) {
		enum type_source source = TYPE_SOURCE_NONE;
		const struct signature *signature = NULL;
		const struct type *request = NULL;
		struct fixture fixture;

		fixture_open(&fixture, "go1.22.7", true, false);
		if (trusts)
			types_trust_dwarf(fixture.types);
		assert_int_equal(
			types_signature(fixture.types, &serve_http, &signature, &source, NULL), 0);
		assert_int_equal(source, wanted[trusts][0]);
		assert_int_equal(types_named(fixture.types, "net/http.Request", &request, NULL), 0);
		assert_int_equal(request->source, wanted[trusts][1]);
		/* DWARF does not describe this function, but the table does. */
		assert_int_equal(types_signature(fixture.types, &finish, &signature, &source, NULL),
				 0);
		assert_int_equal(source, TYPE_SOURCE_TABLE);
		assert_int_equal(types_check_contradiction(fixture.types, NULL), 0);
		fixture_close(&fixture);
	}
}

static void test_nothing_to_trust(void **state)
{
	enum type_source source = TYPE_SOURCE_NONE;
	const struct signature *signature = NULL;
	struct fixture fixture;

	fixture_open(&fixture, "go1.22.7", false, false);
	types_trust_dwarf(fixture.types);
	assert_int_equal(types_signature(fixture.types, &serve_http, &signature, &source, NULL), 0);
	assert_int_equal(source, TYPE_SOURCE_TABLE);
	fixture_close(&fixture);
}

static int64_t offset_of(struct types *types, const struct type *type, const char *field)
{
	if (types_complete(types, type, NULL) < 0)
		return -1;
	for (size_t i = 0; i < type->field_count; i++) {
		if (strcmp(type->fields[i].name, field) == 0)
			return (int64_t)type->fields[i].offset;
	}
	return -2;
}

/* The pointed-to type of a function's parameter. */
static const struct type *pointed(struct types *types, const struct function *function,
				  size_t index)
{
	const struct signature *signature = NULL;
	const struct type *type;

	assert_int_equal(types_signature(types, function, &signature, NULL, NULL), 0);
	assert_true(index < signature->parameter_count);
	type = signature->parameters[index].type;
	assert_int_equal(types_complete(types, type, NULL), 0);
	return type->element;
}

static void test_completion_follows_the_owner(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, "go1.22.7", true, false);
	assert_int_equal(offset_of(fixture.types, pointed(fixture.types, &serve_http, 2), "Host"),
			 128);
	assert_int_equal(offset_of(fixture.types, pointed(fixture.types, &own, 0), "Vendor"), 8);
	assert_int_equal(offset_of(fixture.types, pointed(fixture.types, &own, 0), "Host"), -2);
	fixture_close(&fixture);
}

/* Types that the table only names are searched in the DWARF. */
static void test_table_types_are_completed_by_name(void **state)
{
	const struct signature *signature = NULL;
	const struct type *server;
	struct fixture fixture;

	for (int dwarf = 0; dwarf < 2; dwarf++) {
		fixture_open(&fixture, "go1.22.7", dwarf, false);
		assert_int_equal(
			types_signature(fixture.types, &serve_http, &signature, NULL, NULL), 0);
		assert_int_equal(types_complete(fixture.types, signature->parameters[0].type, NULL),
				 0);
		server = signature->parameters[0].type->fields[0].type;
		assert_int_equal(types_complete(fixture.types, server, NULL), 0);
		assert_int_equal(offset_of(fixture.types, server->element, "Addr"), dwarf ? 0 : -1);
		fixture_close(&fixture);
	}
}

/* A function in the table may take by value a type that has no row. */
static void test_values_of_types_without_a_row(void **state)
{
	static const struct layout_function rows[] = {
		{ "example.com/lib.take", "p example.com/lib.Pair, q example.com/lib.Other", "", 0,
		  UINT32_MAX },
	};
	static const struct library library = { .functions = rows, .function_count = 1 };
	static const struct function take = { .name = "example.com/lib.take" };
	const struct signature *signature = NULL;
	uint64_t alignment = 0;
	struct error err = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, "go1.22.7", true, false);
	fixture.net_http.library = &library;
	assert_int_equal(types_signature(fixture.types, &take, &signature, NULL, NULL), 0);
	assert_int_equal(signature->parameters[0].type->kind, TYPE_UNKNOWN);
	assert_int_equal(
		alignment_of(fixture.types, signature->parameters[0].type, &alignment, NULL), 0);
	assert_int_equal(alignment, 8);
	assert_int_equal(signature->parameters[0].type->kind, TYPE_STRUCT);
	assert_int_equal(signature->parameters[0].type->size, 16);
	assert_int_equal(alignment_of(fixture.types, signature->parameters[1].type, &alignment,
				      &err),
			 -ENODATA);
	assert_string_equal(err.what, "the layout of example.com/lib.Other is not known");
	fixture_close(&fixture);
}

static void test_assumptions_stop_at_internals(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, "go1.99.0", false, false);
	assert_int_equal(offset_of(fixture.types, pointed(fixture.types, &serve_http, 2), "Host"),
			 128);
	assert_int_equal(offset_of(fixture.types, pointed(fixture.types, &finish, 0), "status"),
			 -1);
	fixture_close(&fixture);
	/* A patch release newer than those looked at. */
	fixture_open(&fixture, "go1.26.99", false, false);
	assert_int_equal(offset_of(fixture.types, pointed(fixture.types, &finish, 0), "status"),
			 -1);
	fixture_close(&fixture);
	fixture_open(&fixture, "go1.26.11", false, false);
	assert_int_equal(offset_of(fixture.types, pointed(fixture.types, &finish, 0), "status"),
			 128);
	fixture_close(&fixture);
}

static void test_named(void **state)
{
	const struct type *type = NULL;
	struct fixture fixture;

	fixture_open(&fixture, "go1.24.0", true, false);
	assert_int_equal(types_named(fixture.types, "runtime.g", &type, NULL), 0);
	assert_int_equal(offset_of(fixture.types, type, "goid"), 160);
	assert_int_equal(types_named(fixture.types, "net/http.Server", &type, NULL), 0);
	assert_int_equal(offset_of(fixture.types, type, "Addr"), 0);
	assert_int_equal(types_named(fixture.types, "main.Nothing", &type, NULL), -ENODATA);
	fixture_close(&fixture);
	fixture_open(&fixture, "go1.99.0", false, false);
	assert_int_equal(types_named(fixture.types, "runtime.g", &type, NULL), -ENODATA);
	assert_int_equal(types_named(fixture.types, "net/url.URL", &type, NULL), 0);
	fixture_close(&fixture);
}

/* If only the pclntab is known, the binary may be of any release that writes that format. */
static void test_release_known_roughly(void **state)
{
	const struct type *url = NULL;
	struct fixture fixture;

	fixture_open(&fixture, "go1.20", false, true);
	assert_int_equal(types_named(fixture.types, "net/url.URL", &url, NULL), 0);
	assert_int_equal(offset_of(fixture.types, url, "Path"), 56);
	assert_int_equal(offset_of(fixture.types, url, "RawQuery"), -2);
	fixture_close(&fixture);
	fixture_open(&fixture, "go1.18", false, true);
	assert_int_equal(types_named(fixture.types, "net/url.URL", &url, NULL), 0);
	assert_int_equal(offset_of(fixture.types, url, "RawQuery"), 96);
	fixture_close(&fixture);
}

/* A walk may reach types that came from no source; memory behind such a type is not read. */
static void test_types_of_no_source(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *pages =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct type *word = (void *)(pages + page - sizeof(*word));
	struct fixture fixture;

	assert_true(pages != MAP_FAILED);
	assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
	*word = (struct type){ .kind = TYPE_UINT, .name = "uintptr", .size = 8, .complete = true };
	fixture_open(&fixture, "go1.22.7", false, false);
	assert_int_equal(types_complete(fixture.types, word, NULL), 0);
	assert_false(types_field_is_uncertain(fixture.types, word, "lo"));
	fixture_close(&fixture);
	munmap(pages, 2 * page);
}

/* Each refusal has a reason. */
static void test_refusals_are_explained(void **state)
{
	static const char *const versions[] = { "go1.22.7", "go1.99.0" };
	static const char *const names[] = { "map[", "main.Nothing" };

	for (size_t i = 0; i < 4; i++) {
		const struct signature *signature;
		const struct type *type;
		struct error err = { 0 };
		struct fixture fixture;
		int r;

		fixture_open(&fixture, versions[i / 2], i % 2, false);
		for (size_t j = 0; j < 2; j++) {
			err = (struct error){ 0 };
			r = types_named(fixture.types, names[j], &type, &err);
			assert_true(r < 0 && r == err.code);
			assert_true(err.what[0]);
		}
		err = (struct error){ 0 };
		r = types_signature(fixture.types,
				    &(struct function){ .name = "main.nothing",
							.entry = LOW + 0x40 },
				    &signature, NULL, &err);
		assert_true(r < 0 && r == err.code);
		assert_true(err.what[0]);
		/* The source that was tried first leaves no error behind. */
		err = (struct error){ 0 };
		assert_int_equal(
			types_signature(fixture.types, &serve_http, &signature, NULL, &err), 0);
		assert_int_equal(err.code, 0);
		fixture_close(&fixture);
	}
}

static void test_close_nothing(void **state)
{
	types_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_answers),
		cmocka_unit_test(test_order_of_trust),
		cmocka_unit_test(test_nothing_to_trust),
		cmocka_unit_test(test_completion_follows_the_owner),
		cmocka_unit_test(test_table_types_are_completed_by_name),
		cmocka_unit_test(test_values_of_types_without_a_row),
		cmocka_unit_test(test_assumptions_stop_at_internals),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_release_known_roughly),
		cmocka_unit_test(test_types_of_no_source),
		cmocka_unit_test(test_refusals_are_explained),
		cmocka_unit_test(test_close_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
