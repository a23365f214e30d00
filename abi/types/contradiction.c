/* SPDX-License-Identifier: MIT */
#include "contradiction.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PREFACE "DWARF and the type descriptors of the program contradict each other: "

/*
 * Returns false for names that the two sources spell differently: of types local to a function, in which
 * DWARF has a mark, of literals, and of generic types.
 */
static bool is_plain_name(const char *name)
{
	return !strpbrk(name, " {[;") && !strstr(name, "\u00b7");
}

static int compare_names(const struct type *dwarf, const struct type *described, struct error *err)
{
	if (!is_plain_name(dwarf->name) || !is_plain_name(described->name) ||
	    strcmp(dwarf->name, described->name) == 0)
		return 0;
	return error_fail(err, -ESTALE,
			  PREFACE "the type %.200s of DWARF is %.200s in its descriptor",
			  dwarf->name, described->name);
}

static int compare_numbers(const struct type *dwarf, const char *what, uint64_t of_dwarf,
			   uint64_t of_descriptor, struct error *err)
{
	if (of_dwarf == of_descriptor)
		return 0;
	return error_fail(err, -ESTALE,
			  PREFACE "%s of %.200s is %" PRIu64 " in DWARF and %" PRIu64
				  " in its descriptor",
			  what, dwarf->name, of_dwarf, of_descriptor);
}

static int compare_field_types(const struct type *owner, const struct field *dwarf,
			       const struct field *described, struct error *err)
{
	if (dwarf->type->kind == described->type->kind &&
	    dwarf->type->size == described->type->size)
		return 0;
	return error_fail(err, -ESTALE,
			  PREFACE "field %.100s of %.200s is a %.150s of %" PRIu64
				  " bytes in DWARF and a %.150s of %" PRIu64
				  " bytes in its descriptor",
			  dwarf->name, owner->name, dwarf->type->name, dwarf->type->size,
			  described->type->name, described->type->size);
}

static int compare_fields(const struct type *owner, const struct field *dwarf,
			  const struct field *described, struct error *err)
{
	if (strcmp(dwarf->name, described->name) != 0)
		return error_fail(err, -ESTALE,
				  PREFACE "the field of %.200s at offset %" PRIu64
					  " is %.100s in DWARF and %.100s in its descriptor",
				  owner->name, dwarf->offset, dwarf->name, described->name);
	if (dwarf->offset != described->offset)
		return error_fail(err, -ESTALE,
				  PREFACE "the offset of field %.100s of %.200s is %" PRIu64
					  " in DWARF and %" PRIu64 " in its descriptor",
				  dwarf->name, owner->name, dwarf->offset, described->offset);
	return compare_field_types(owner, dwarf, described, err);
}

int contradiction_find(const struct type *dwarf, const struct type *described, struct error *err)
{
	int r;

	if (dwarf->kind != TYPE_STRUCT || described->kind != TYPE_STRUCT)
		return 0;
	r = compare_names(dwarf, described, err);
	if (r == 0)
		r = compare_numbers(dwarf, "the size", dwarf->size, described->size, err);
	if (r == 0)
		r = compare_numbers(dwarf, "the number of fields", dwarf->field_count,
				    described->field_count, err);
	for (size_t i = 0; r == 0 && i < dwarf->field_count; i++)
		r = compare_fields(dwarf, &dwarf->fields[i], &described->fields[i], err);
	return r;
}
