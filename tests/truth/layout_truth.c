/* SPDX-License-Identifier: MIT */
/*
 * Compares every row of the built-in layout table that is valid for the Go release of a binary, or for a module in it,
 * with the DWARF of that binary: offsets, types, sizes, and the parameters of functions. Rows about a
 * type or function that the binary does not have are listed as absent.
 *
 *	layout_truth BINARY…
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug_signature.h"
#include "debug_types.h"
#include "layout.h"
#include "layout_table.h"
#include "module_version.h"
#include "protocol_registry.h"
#include "truth_program.h"

struct truth {
	const char *path;
	uint32_t release; /* of the compared rows */
	struct debug_types *dwarf;
	struct layout *layout;
	struct {
		const char *name;
		const struct type *type; /* NULL: not in the binary */
	} known[64];
	size_t known_count;
	size_t rows, agreed, absent;
};

static bool applies(const struct truth *truth, uint32_t since, uint32_t before)
{
	return since <= truth->release && truth->release < before;
}

/* Finds a type by name and completes it. Results are kept, because a search reads most of the DWARF. */
static const struct type *named(struct truth *truth, const char *name)
{
	const struct type *type = NULL;

	for (size_t i = 0; i < truth->known_count; i++) {
		if (strcmp(truth->known[i].name, name) == 0)
			return truth->known[i].type;
	}
	if (debug_types_named(truth->dwarf, name, &type, NULL) < 0 ||
	    debug_types_complete(truth->dwarf, type, NULL) < 0)
		type = NULL;
	if (truth->known_count < sizeof(truth->known) / sizeof(truth->known[0])) {
		truth->known[truth->known_count].name = name;
		truth->known[truth->known_count++].type = type;
	}
	return type;
}

static void absent(struct truth *truth, const char *what)
{
	truth->absent++;
	printf("%s: absent: %s\n", truth->path, what);
}

static void field_check(struct truth *truth, const struct layout_field *row)
{
	const struct type *type = named(truth, row->type);
	char what[256];

	snprintf(what, sizeof(what), "%s.%s", row->type, row->field);
	if (!type) {
		absent(truth, what);
		return;
	}
	truth->rows++;
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];

		if (strcmp(field->name, row->field) != 0)
			continue;
		if (field->offset == row->offset && strcmp(field->type->name, row->field_type) == 0)
			truth->agreed++;
		else
			printf("%s: %s is %s at %llu, not %s at %u\n", truth->path, what,
			       field->type->name, (unsigned long long)field->offset,
			       row->field_type, row->offset);
		return;
	}
	printf("%s: there is no %s\n", truth->path, what);
}

static bool same_parts(const struct type *row, const struct type *type)
{
	if (row->kind != TYPE_MAP)
		return true;
	return type->key && type->element && strcmp(row->key->name, type->key->name) == 0 &&
	       strcmp(row->element->name, type->element->name) == 0;
}

static void type_check(struct truth *truth, const struct layout_type *row)
{
	const struct type *type = named(truth, row->type), *expected = NULL;

	if (!type) {
		absent(truth, row->type);
		return;
	}
	truth->rows++;
	if (layout_type(truth->layout, row->type, &expected, NULL) == 0 &&
	    layout_complete(truth->layout, expected, NULL) == 0 && expected->kind == type->kind &&
	    (expected->size == 0 || expected->size == type->size) && same_parts(expected, type))
		truth->agreed++;
	else
		printf("%s: %s has kind %d and size %llu, not %s and %u\n", truth->path, row->type,
		       type->kind, (unsigned long long)type->size, row->kind, row->size);
}

struct function_search {
	const char *name;
	uint64_t address;
};

static int function_match(void *context, const struct debug_entry *entry)
{
	struct function_search *search = context;

	if (!entry->name || strcmp(entry->name, search->name) != 0)
		return 0;
	search->address = entry->low;
	return 1;
}

static bool same_parameters(const struct parameter *row, size_t row_count,
			    const struct parameter *parameters, size_t count)
{
	if (row_count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(row[i].name, parameters[i].name) != 0 ||
		    strcmp(row[i].type->name, parameters[i].type->name) != 0)
			return false;
	}
	return true;
}

static void function_check(struct truth *truth, const struct layout_function *row)
{
	struct function_search search = { .name = row->function };
	const struct signature *expected, *found;
	struct error err = { 0 };

	if (debug_types_functions(truth->dwarf, function_match, &search, &err) <= 0) {
		absent(truth, row->function);
		return;
	}
	truth->rows++;
	if (layout_signature(truth->layout, row->function, &expected, &err) < 0 ||
	    debug_signature_read(truth->dwarf, search.address, &found, &err) < 0) {
		printf("%s: %s: %s\n", truth->path, row->function, err.what);
		return;
	}
	if (same_parameters(expected->parameters, expected->parameter_count, found->parameters,
			    found->parameter_count) &&
	    same_parameters(expected->results, expected->result_count, found->results,
			    found->result_count)) {
		truth->agreed++;
		return;
	}
	printf("%s: %s has other parameters:", truth->path, row->function);
	for (size_t i = 0; i < found->parameter_count; i++)
		printf(" %s %s,", found->parameters[i].name, found->parameters[i].type->name);
	printf(" results");
	for (size_t i = 0; i < found->result_count; i++)
		printf(" %s %s,", found->results[i].name, found->results[i].type->name);
	printf("\n");
}

static void rows_check(struct truth *truth, const struct library *library)
{
	for (size_t i = 0; i < library->field_count; i++) {
		if (applies(truth, library->fields[i].since, library->fields[i].before))
			field_check(truth, &library->fields[i]);
	}
	for (size_t i = 0; i < library->type_count; i++) {
		if (applies(truth, library->types[i].since, library->types[i].before))
			type_check(truth, &library->types[i]);
	}
	for (size_t i = 0; i < library->function_count; i++) {
		if (applies(truth, library->functions[i].since, library->functions[i].before))
			function_check(truth, &library->functions[i]);
	}
}

/* The rows of Go itself, of the protocols' libraries that are part of Go, and of the modules in the binary. */
static void libraries_check(struct truth *truth, const struct build_info *build, uint32_t release)
{
	struct library_copies copies[PROTOCOL_MAX_LIBRARIES];
	const struct library *list[PROTOCOL_MAX_LIBRARIES];
	size_t count = protocol_libraries(list);

	for (size_t i = 0; i < count; i++) {
		copies[i] = (struct library_copies){ .library = list[i], .count = 1 };
		if (list[i]->module &&
		    !module_version_find(build, list[i]->module, &copies[i].copies[0].release))
			copies[i].count = 0;
	}
	layout_set_libraries(truth->layout, copies, count);
	truth->release = release;
	rows_check(truth, &go_library);
	for (size_t i = 0; i < count; i++) {
		truth->release = list[i]->module ? copies[i].copies[0].release : release;
		if (copies[i].count > 0)
			rows_check(truth, list[i]);
	}
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	uint32_t release = binary->version.number;
	struct truth truth = { .path = path };
	int r = layout_create(release, release, false, &truth.layout, err);

	if (r == 0)
		r = debug_types_open(binary->image, &truth.dwarf, err);
	if (r == 0) {
		libraries_check(&truth, &binary->build_info, release);
		printf("%s: %s: %zu of %zu rows agree, %zu absent\n", path, binary->version.text,
		       truth.agreed, truth.rows, truth.absent);
	}
	if (r == 0 && (!truth.rows || truth.agreed != truth.rows))
		r = error_fail(err, -EBADMSG, "layouts and DWARF disagree");
	debug_types_close(truth.dwarf);
	layout_destroy(truth.layout);
	return r;
}
