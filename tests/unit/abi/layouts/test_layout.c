/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "go_version.h"
#include "layout.h"
#include "layout_table.h"
#include "module_version.h"
#include "notation.h"
#include "protocol_registry.h"

#define X_NET "golang.org/x/net/"

/* The libraries of the protocols; the last one is the module golang.org/x/net. */
static struct library_copies libraries[PROTOCOL_MAX_LIBRARIES];
static size_t library_count;

static int list_libraries(void **state)
{
	const struct library *list[PROTOCOL_MAX_LIBRARIES];
	size_t count = protocol_libraries(list);

	library_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (list[i]->field_count > 0)
			libraries[library_count++] =
				(struct library_copies){ .library = list[i], .count = 1 };
	}
	assert_int_equal(library_count, 2);
	assert_string_equal(libraries[1].library->module, "golang.org/x/net");
	return 0;
}

static struct layout *layout_of(uint32_t first, uint32_t last, bool assumed)
{
	struct layout *layout = NULL;

	assert_int_equal(layout_create(first, last, assumed, &layout, NULL), 0);
	layout_set_libraries(layout, libraries, library_count);
	return layout;
}

/* Offset of a field of a named type, or -1. */
static int64_t offset_of(struct layout *layout, const char *name, const char *field)
{
	const struct type *type = NULL;

	assert_int_equal(layout_type(layout, name, &type, NULL), 0);
	if (layout_complete(layout, type, NULL) < 0)
		return -1;
	for (size_t i = 0; i < type->field_count; i++) {
		if (strcmp(type->fields[i].name, field) == 0)
			return (int64_t)type->fields[i].offset;
	}
	return -1;
}

static int64_t offset_in(uint32_t release, const char *name, const char *field)
{
	struct layout *layout = layout_of(release, release, false);
	int64_t offset = offset_of(layout, name, field);

	layout_destroy(layout);
	return offset;
}

static void test_offsets_by_release(void **state)
{
	static const struct {
		uint32_t release;
		const char *type, *field;
		int64_t offset;
	} rows[] = {
		{ GO_VERSION(12, 0), "net/http.Request", "RequestURI", 192 },
		{ GO_VERSION(22, 9), "net/http.Request", "Pattern", -1 },
		{ GO_VERSION(23, 0), "net/http.Request", "Pattern", 232 },
		{ GO_VERSION(25, 99), "net/url.URL", "RawQuery", 96 },
		{ GO_VERSION(26, 0), "net/url.URL", "RawQuery", 88 },
		{ GO_VERSION(13, 12), "net/http.response", "status", 112 },
		{ GO_VERSION(13, 13), "net/http.response", "status", 120 },
		{ GO_VERSION(14, 4), "net/http.response", "status", 112 },
		{ GO_VERSION(14, 5), "net/http.response", "status", 120 },
		{ GO_VERSION(26, 10), "net/http.response", "status", 120 },
		{ GO_VERSION(26, 11), "net/http.response", "status", 128 },
		{ GO_VERSION(27, 0), "net/http.response", "status", 128 },
		{ GO_VERSION(19, 0), "net/http.http2responseWriterState", "wroteBytes", 104 },
		{ GO_VERSION(20, 0), "net/http.http2responseWriterState", "wroteBytes", 96 },
		{ GO_VERSION(27, 0), "net/http.http2responseWriterState", "wroteBytes", -1 },
		{ GO_VERSION(27, 0), "net/http/internal/http2.responseWriterState", "wroteBytes",
		  264 },
		{ GO_VERSION(22, 0), "runtime.g", "goid", 152 },
		{ GO_VERSION(24, 9), "runtime.g", "goid", 160 },
		{ GO_VERSION(25, 0), "runtime.g", "goid", 152 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(offset_in(rows[i].release, rows[i].type, rows[i].field),
				 rows[i].offset);
}

/* The module has releases of its own. Nothing is known about releases that were not examined. */
static void test_offsets_of_a_module(void **state)
{
	static const char type[] = X_NET "http2.responseWriterState";
	static const struct {
		uint32_t release;
		int64_t status, request;
	} rows[] = {
		{ 0, -1, -1 },
		{ MODULE_COMMIT(20220523), 80, 8 },
		/* Commits of this day have one or the other layout. */
		{ MODULE_COMMIT(20220524), -1, 8 },
		{ MODULE_COMMIT(20220525), 72, 8 },
		{ MODULE_VERSION(0, 1, 0), 72, 8 },
		{ MODULE_VERSION(0, 56, 0), 72, 8 },
		{ MODULE_VERSION(0, 57, 0), -1, -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int assumed = 0; assumed < 2; assumed++) {
			struct layout *layout =
				layout_of(GO_VERSION(25, 0), GO_VERSION(25, 0), assumed);
			const struct signature *signature = NULL;

			libraries[1].copies[0].release = rows[i].release;
			assert_int_equal(offset_of(layout, type, "status"), rows[i].status);
			assert_int_equal(offset_of(layout, type, "req"), rows[i].request);
			assert_int_equal(layout_signature(layout,
							  X_NET
							  "http2.(*responseWriter).handlerDone",
							  &signature, NULL),
					 0);
			layout_destroy(layout);
		}
	}
}

/* Each copy of a module has its own release, and refers to its own types. */
static void test_offsets_of_copies(void **state)
{
	static const char writer[] = "app/vendor/" X_NET "http2.responseWriter";
	struct layout *layout = layout_of(GO_VERSION(25, 0), GO_VERSION(25, 0), false);
	const struct signature *signature = NULL;
	const struct type *type = NULL;

	libraries[1].copies[0].release = MODULE_VERSION(0, 7, 0);
	libraries[1].copies[1] = (struct library_copy){ "app/vendor/", MODULE_COMMIT(20210101) };
	libraries[1].count = 2;
	assert_int_equal(offset_of(layout, X_NET "http2.responseWriterState", "status"), 72);
	assert_int_equal(
		offset_of(layout, "app/vendor/" X_NET "http2.responseWriterState", "status"), 80);
	assert_int_equal(
		offset_of(layout, "other/vendor/" X_NET "http2.responseWriterState", "status"), -1);
	assert_int_equal(layout_type(layout, writer, &type, NULL), 0);
	assert_int_equal(layout_complete(layout, type, NULL), 0);
	assert_string_equal(type->fields[0].type->name,
			    "*app/vendor/" X_NET "http2.responseWriterState");
	assert_int_equal(layout_signature(layout,
					  "app/vendor/" X_NET "http2.(*serverConn).runHandler",
					  &signature, NULL),
			 0);
	assert_string_equal(signature->parameters[1].type->name,
			    "*app/vendor/" X_NET "http2.responseWriter");
	assert_string_equal(signature->parameters[2].type->name, "*net/http.Request");
	/* Any other path is not a copy. */
	assert_int_equal(offset_of(layout, "app/vendor/net/http.Request", "URL"), -1);
	layout_destroy(layout);
}

/* In an unknown release, a function that still exists is assumed to have the parameters that it had last. */
static void test_functions_of_later_releases(void **state)
{
	static const char function[] = "net/http.(*http2responseWriter).handlerDone";
	const struct signature *signature = NULL;

	for (int assumed = 0; assumed < 2; assumed++) {
		struct layout *layout = layout_of(GO_VERSION(27, 0), GO_VERSION(27, 0), assumed);

		assert_int_equal(layout_signature(layout, function, &signature, NULL),
				 assumed ? 0 : -ENODATA);
		if (assumed)
			assert_string_equal(signature->parameters[0].name, "w");
		layout_destroy(layout);
	}
}

static bool overlap(uint32_t since, uint32_t before, uint32_t other_since, uint32_t other_before)
{
	return since < other_before && other_since < before;
}

static void check_fields_are_unambiguous(const struct library *library)
{
	for (size_t i = 0; i < library->field_count; i++) {
		const struct layout_field *a = &library->fields[i];

		assert_true(a->since < a->before);
		for (size_t j = 0; j < i; j++) {
			const struct layout_field *b = &library->fields[j];

			assert_false(strcmp(a->type, b->type) == 0 &&
				     strcmp(a->field, b->field) == 0 &&
				     overlap(a->since, a->before, b->since, b->before));
		}
	}
}

static void check_types_are_unambiguous(const struct library *library)
{
	for (size_t i = 0; i < library->type_count; i++) {
		const struct layout_type *a = &library->types[i];

		assert_true(a->since < a->before);
		for (size_t j = 0; j < i; j++) {
			const struct layout_type *b = &library->types[j];

			assert_false(strcmp(a->type, b->type) == 0 &&
				     overlap(a->since, a->before, b->since, b->before));
		}
	}
}

/* No release has two rows for one fact, and every row is valid for some release. */
static void test_rows_are_unambiguous(void **state)
{
	check_fields_are_unambiguous(&go_library);
	check_types_are_unambiguous(&go_library);
	for (size_t i = 0; i < library_count; i++) {
		check_fields_are_unambiguous(libraries[i].library);
		check_types_are_unambiguous(libraries[i].library);
	}
}

static void check_fields_do_not_overlap(struct layout *layout, const struct library *library)
{
	for (size_t i = 0; i < library->type_count; i++) {
		const struct type *type = NULL;
		uint64_t end = 0;

		assert_int_equal(layout_type(layout, library->types[i].type, &type, NULL), 0);
		if (type->kind != TYPE_STRUCT)
			continue;
		assert_int_equal(layout_complete(layout, type, NULL), 0);
		for (size_t j = 0; j < type->field_count; j++) {
			assert_true(type->fields[j].offset >= end);
			end = type->fields[j].offset + type->fields[j].type->size;
		}
		assert_true(type->size == 0 || end <= type->size);
	}
}

/* Fields lie one after another within the size, in every release. */
static void test_fields_do_not_overlap(void **state)
{
	for (uint32_t minor = 11; minor <= 27; minor++) {
		struct layout *layout =
			layout_of(GO_VERSION(minor, 99), GO_VERSION(minor, 99), false);

		check_fields_do_not_overlap(layout, &go_library);
		for (size_t i = 0; i < library_count; i++)
			check_fields_do_not_overlap(layout, libraries[i].library);
		layout_destroy(layout);
	}
}

static void test_signatures(void **state)
{
	for (uint32_t minor = 11; minor <= 28; minor++) {
		struct layout *layout =
			layout_of(GO_VERSION(minor, 0), GO_VERSION(minor, 0), false);
		const struct signature *signature = NULL;

		assert_int_equal(layout_signature(layout, "net/http.serverHandler.ServeHTTP",
						  &signature, NULL),
				 0);
		assert_int_equal(signature->parameter_count, 3);
		assert_string_equal(signature->parameters[2].name, "req");
		assert_string_equal(signature->parameters[2].type->name, "*net/http.Request");
		assert_int_equal(signature->result_count, 0);
		assert_int_equal(layout_signature(layout, "net/http.(*http2serverConn).runHandler",
						  &signature, NULL),
				 minor < 27 ? 0 : -ENODATA);
		if (minor < 27) {
			assert_int_equal(signature->parameter_count, 4);
			assert_int_equal(signature->parameters[3].type->kind, TYPE_FUNC);
		}
		assert_int_equal(layout_signature(layout, "net/http.(*conn).hijackLocked",
						  &signature, NULL),
				 0);
		assert_int_equal(signature->result_count, 3);
		assert_string_equal(signature->results[2].name, "err");
		assert_int_equal(signature->results[2].type->kind, TYPE_INTERFACE);
		layout_destroy(layout);
	}
}

static void test_path_through_types(void **state)
{
	struct layout *layout = layout_of(GO_VERSION(22, 0), GO_VERSION(22, 0), false);
	const struct type *pointer = NULL, *again = NULL, *header = NULL;

	assert_int_equal(layout_type(layout, "*net/http.Request", &pointer, NULL), 0);
	assert_int_equal(pointer->kind, TYPE_POINTER);
	assert_int_equal(layout_complete(layout, pointer, NULL), 0);
	assert_int_equal(pointer->element->kind, TYPE_STRUCT);
	assert_int_equal(pointer->element->size, 288);
	assert_int_equal(layout_type(layout, "*net/http.Request", &again, NULL), 0);
	assert_ptr_equal(pointer, again);

	assert_int_equal(layout_type(layout, "net/http.Header", &header, NULL), 0);
	assert_int_equal(header->kind, TYPE_MAP);
	assert_int_equal(layout_complete(layout, header, NULL), 0);
	assert_int_equal(header->key->kind, TYPE_STRING);
	assert_int_equal(header->element->kind, TYPE_SLICE);
	layout_destroy(layout);
}

static void test_unknown_names(void **state)
{
	struct layout *layout = layout_of(GO_VERSION(22, 0), GO_VERSION(22, 0), false);
	const struct type *type = NULL;

	assert_int_equal(layout_type(layout, "net/http.Server", &type, NULL), 0);
	assert_int_equal(type->kind, TYPE_UNKNOWN);
	assert_int_equal(layout_complete(layout, type, NULL), -ENODATA);
	assert_int_equal(layout_type(layout, "no type", &type, NULL), -EINVAL);
	assert_int_equal(layout_type(layout, "[3]net/http.Header", &type, NULL), 0);
	assert_int_equal(type->size, 24);
	assert_int_equal(layout_type(layout, "[4611686018427387904]int", &type, NULL), -E2BIG);
	layout_destroy(layout);
}

/* For a release that is only roughly known, the table has what all possible releases have in common. */
static void test_spans_and_assumptions(void **state)
{
	struct layout *span = layout_of(GO_VERSION(20, 0), layout_newest, true);
	struct layout *newer = layout_of(GO_VERSION(30, 0), GO_VERSION(30, 0), true);

	assert_int_equal(offset_of(span, "net/url.URL", "Path"), 56);
	assert_int_equal(offset_of(span, "net/url.URL", "RawQuery"), -1);
	assert_int_equal(offset_of(newer, "net/url.URL", "RawQuery"), 88);
	assert_int_equal(offset_of(newer, "net/http.serverHandler", "srv"), 0);
	assert_int_equal(offset_of(newer, "net/http.response", "status"), -1);
	assert_int_equal(offset_of(newer, "runtime.g", "goid"), -1);
	layout_destroy(span);
	layout_destroy(newer);
}

static void test_verified_releases(void **state)
{
	assert_true(layout_verified(GO_VERSION(12, 0)));
	assert_true(layout_verified(GO_VERSION(24, 50)));
	assert_true(layout_verified(layout_newest));
	assert_false(layout_verified(layout_newest + 1));
	assert_false(layout_verified(GO_VERSION(26, 12)));
	assert_false(layout_verified(GO_VERSION(28, 0)));
}

static void test_notation(void **state)
{
	static const struct {
		const char *text;
		int kind; /* or an error */
		uint64_t size;
		const char *element;
	} rows[] = {
		{ "*T.x", TYPE_POINTER, 8, "T.x" },
		{ "[]string", TYPE_SLICE, 24, "string" },
		{ "[12]byte", TYPE_ARRAY, 0, "byte" },
		{ "map[[2]int]map[string]bool", TYPE_MAP, 8, "map[string]bool" },
		{ "<-chan struct {}", TYPE_CHAN, 8, "struct {}" },
		{ "chan int", TYPE_CHAN, 8, "int" },
		{ "func(a.B, c.D) (e.F, error)", TYPE_FUNC, 8, NULL },
		{ "interface {}", TYPE_INTERFACE, 16, NULL },
		{ "uintptr", TYPE_UINT, 8, NULL },
		{ "complex128", TYPE_COMPLEX, 16, NULL },
		{ "unsafe.Pointer", TYPE_POINTER, 8, NULL },
		{ "struct {}", TYPE_STRUCT, 0, NULL },
		{ "struct { a int }", TYPE_UNKNOWN, 0, NULL },
		{ "example.com/a-b/v2.T", TYPE_UNKNOWN, 0, NULL },
		{ "", -EINVAL, 0, NULL },
		{ "*", -EINVAL, 0, NULL },
		{ "[", -EINVAL, 0, NULL },
		{ "[-1]int", -EINVAL, 0, NULL },
		{ "[99999999999999999999]int", -EINVAL, 0, NULL },
		{ "map[string", -EINVAL, 0, NULL },
		{ "map[]int", -EINVAL, 0, NULL },
		{ "nodots", -EINVAL, 0, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct notation notation = { 0 };
		int r = notation_parse(rows[i].text, &notation);

		if (rows[i].kind < 0) {
			assert_int_equal(r, rows[i].kind);
			continue;
		}
		assert_int_equal(r, 0);
		assert_int_equal(notation.kind, rows[i].kind);
		assert_int_equal(notation.size, rows[i].size);
		if (rows[i].element)
			assert_string_equal(notation.element, rows[i].element);
		else
			assert_null(notation.element);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_offsets_by_release, list_libraries),
		cmocka_unit_test_setup(test_offsets_of_a_module, list_libraries),
		cmocka_unit_test_setup(test_offsets_of_copies, list_libraries),
		cmocka_unit_test_setup(test_functions_of_later_releases, list_libraries),
		cmocka_unit_test_setup(test_rows_are_unambiguous, list_libraries),
		cmocka_unit_test_setup(test_fields_do_not_overlap, list_libraries),
		cmocka_unit_test_setup(test_signatures, list_libraries),
		cmocka_unit_test_setup(test_path_through_types, list_libraries),
		cmocka_unit_test_setup(test_unknown_names, list_libraries),
		cmocka_unit_test_setup(test_spans_and_assumptions, list_libraries),
		cmocka_unit_test_setup(test_verified_releases, list_libraries),
		cmocka_unit_test_setup(test_notation, list_libraries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
