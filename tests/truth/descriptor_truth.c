/* SPDX-License-Identifier: MIT */
/*
 * Compares the types in descriptors with DWARF. For each DWARF type that refers to a descriptor, the
 * descriptor is found at that place, and agrees in name, kind, size and element types, and in each field's
 * name, offset and type.
 *
 *	descriptor_truth [-v] BINARY…
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bare_name.h"
#include "debug_types.h"
#include "descriptors.h"
#include "truth_program.h"

struct truth {
	struct descriptors *descriptors;
	struct debug_types *dwarf;
	struct module_parts parts;
	bool verbose;
	size_t types, agreed, structs, fields, named, found, shown;
};

/*
 * DWARF and descriptors spell literals of structs and interfaces differently, and the types that the compiler
 * makes for maps.
 */
static bool has_literal(const char *name)
{
	static const char *const marks[] = { "struct {",    "interface {", "noalg.",
					     "map.bucket[", "map.hdr[",	   "map.group[",
					     "map.table[",  "map.iter[",   "map.map[" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (strstr(name, marks[i]))
			return true;
	}
	return false;
}

/* DWARF has two types that differ only in this prefix. */
static void drop_noalg(char name[NAME_SIZE])
{
	static const char mark[] = "noalg.";

	for (char *at = strstr(name, mark); at; at = strstr(at, mark))
		memmove(at, at + sizeof(mark) - 1, strlen(at + sizeof(mark) - 1) + 1);
}

static bool same_name(const struct type *dwarf, const struct type *described)
{
	char plain[NAME_SIZE], expected[NAME_SIZE], said[NAME_SIZE];

	if (!dwarf || !described)
		return !dwarf == !described;
	if (strcmp(dwarf->name, described->name) == 0)
		return true;
	/* Only DWARF has the "·3" at the end of types local to a function. */
	if (!has_literal(dwarf->name) && !strstr(dwarf->name, "\u00b7"))
		return false;
	snprintf(plain, sizeof(plain), "%s", dwarf->name);
	drop_noalg(plain);
	bare_name(plain, expected);
	bare_name(described->name, said);
	return strcmp(expected, said) == 0;
}

static bool same_fields(struct truth *truth, const struct type *dwarf, const struct type *described)
{
	if (dwarf->field_count != described->field_count)
		return false;
	for (size_t i = 0; i < dwarf->field_count; i++) {
		const struct field *a = &dwarf->fields[i], *b = &described->fields[i];

		truth->fields++;
		if (a->offset != b->offset || a->embedded != b->embedded ||
		    strcmp(a->name, b->name) != 0 || !same_name(a->type, b->type))
			return false;
	}
	truth->structs++;
	return true;
}

/* For maps and channels DWARF has the runtime's own structs; in old releases a chan has no element. */
static bool same_parts(struct truth *truth, const struct type *dwarf, const struct type *described)
{
	switch (dwarf->kind) {
	case TYPE_STRUCT:
		return same_fields(truth, dwarf, described);
	case TYPE_INTERFACE:
		return dwarf->field_count == described->field_count &&
		       strcmp(dwarf->fields[0].name, described->fields[0].name) == 0;
	case TYPE_ARRAY:
		return dwarf->length == described->length &&
		       same_name(dwarf->element, described->element);
	case TYPE_POINTER:
	case TYPE_SLICE:
		return same_name(dwarf->element, described->element);
	case TYPE_MAP:
		return same_name(dwarf->key, described->key) &&
		       same_name(dwarf->element, described->element);
	default:
		return true;
	}
}

static const char *difference(struct truth *truth, const struct type *dwarf,
			      const struct type *described, struct error *err)
{
	if (debug_types_complete(truth->dwarf, dwarf, err) < 0 ||
	    descriptors_complete(truth->descriptors, described, err) < 0)
		return err->what;
	if (!same_name(dwarf, described))
		return "name";
	if (dwarf->kind != described->kind)
		return "kind";
	if (dwarf->size != described->size)
		return "size";
	return same_parts(truth, dwarf, described) ? NULL : "parts";
}

/* A named type is found by its name, unless it is local to a function. */
static void check_named(struct truth *truth, const struct type *described)
{
	const struct type *found;

	if (described->kind != TYPE_STRUCT || has_literal(described->name) ||
	    strncmp(described->name, "go.shape.", 9) == 0)
		return;
	truth->named++;
	if (descriptors_named(truth->descriptors, described->name, &found, NULL) == 0)
		truth->found++;
	else
		printf("not found by name: %s\n", described->name);
}

static int type_check(void *context, const struct debug_entry *entry)
{
	struct truth *truth = context;
	const struct type *dwarf = NULL, *described = NULL;
	struct error err = { 0 };
	uint64_t offset = entry->runtime_type;
	const char *differs;

	if (!entry->runtime_type)
		return 0;
	truth->types++;
	/* Up to Go 1.22 DWARF has an address instead of an offset, but only for uintptr. */
	if (offset >= truth->parts.etypes - truth->parts.types)
		offset -= truth->parts.types;
	if (debug_types_at(truth->dwarf, entry->offset, &dwarf, &err) < 0 ||
	    descriptors_at(truth->descriptors, offset, &described, &err) < 0)
		differs = err.what;
	else
		differs = difference(truth, dwarf, described, &err);
	if (!differs) {
		truth->agreed++;
		check_named(truth, described);
	} else if (truth->shown++ < 20 || truth->verbose) {
		printf("%s: %s; the descriptor says %s\n", entry->name, differs,
		       described ? described->name : "nothing");
	}
	return 0;
}

static int unit_check(void *context, const struct debug_entry *unit)
{
	struct truth *truth = context;

	if (!unit->name || strcmp(unit->name, "runtime") != 0)
		return 0;
	return debug_info_children(debug_types_info(truth->dwarf), unit->offset, type_check, truth,
				   NULL);
}

static int truth_open(struct truth *truth, const struct binary *binary, struct error *err)
{
	int r = truth_module_parts(binary, &truth->parts, err);

	if (r == 0)
		r = descriptors_open(binary->image, &truth->parts, &binary->version,
				     &truth->descriptors, err);
	return r < 0 ? r : debug_types_open(binary->image, &truth->dwarf, err);
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	struct truth truth = { .verbose = verbose };
	int r = truth_open(&truth, binary, err);

	if (r == 0)
		r = debug_info_units(debug_types_info(truth.dwarf), unit_check, &truth, err);
	if (r == 0)
		printf("%s: %s: %zu of %zu types agree, with %zu structs of %zu fields; %zu of %zu"
		       " found by name; %zu descriptors\n",
		       path, binary->version.text, truth.agreed, truth.types, truth.structs,
		       truth.fields, truth.found, truth.named,
		       descriptors_count(truth.descriptors));
	if (r == 0 && (!truth.types || truth.agreed != truth.types || truth.found != truth.named))
		r = error_fail(err, -EINVAL, "DWARF and descriptors disagree");
	debug_types_close(truth.dwarf);
	descriptors_close(truth.descriptors);
	return r;
}
