/* SPDX-License-Identifier: MIT */
/* The dynamic types of interface values, see types.h. */
#include "types.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "interface_words.h"
#include "type_record.h"
#include "type_sources.h"

/* The offset of the type's descriptor, also of one that the table described. */
static int runtime_type_of(struct types *types, const struct type *type, uint64_t *ret_runtime_type,
			   struct error *err)
{
	const struct type *found = type;
	int r = 0;

	if (!type->runtime_type && type_sources_descriptors(types))
		r = descriptors_named(types->descriptors, type->name, &found, err);
	if (!found->runtime_type && type_record_of(type)->owner == TYPE_OWNER_LAYOUT)
		r = type_from_dwarf(types, type->name, &found, err);
	if (r < 0)
		return r;
	if (!found->runtime_type)
		return error_fail(err, -ENODATA, "the program has no descriptor of type %s",
				  type->name);
	*ret_runtime_type = found->runtime_type;
	return 0;
}

int types_runtime(struct types *types, const struct type *type, struct runtime_type *ret_type,
		  struct error *err)
{
	uint64_t runtime_type = 0;
	int r = runtime_type_of(types, type, &runtime_type, err);

	if (r == 0)
		r = type_sources_parts(types, err);
	return r < 0 ? r :
		       runtime_type_read(types->image, &types->parts, runtime_type, type->size,
					 ret_type, err);
}

static int itabs_need(struct types *types, struct error *err)
{
	int r = type_sources_parts(types, err);

	if (r < 0 || types->itabs_read)
		return r;
	r = itab_list_read(types->image, &types->parts, &types->itabs, err);
	types->itabs_read = r == 0;
	return r;
}

/* The type whose descriptor is at an offset. -ENODATA when no source describes it. */
static int type_described_at(struct types *types, uint64_t offset, const struct type **ret_type,
			     struct error *err)
{
	int r;

	if (type_sources_descriptors(types))
		return descriptors_at(types->descriptors, offset, ret_type, err);
	r = type_sources_dwarf(types, err);
	return r < 0 ? r : debug_types_runtime(types->dwarf, offset, ret_type, err);
}

int types_implementing(struct types *types, const struct type *interface,
		       const struct type **ret_list, size_t max, struct error *err)
{
	struct error ignored = { 0 };
	uint64_t wanted = 0;
	size_t count = 0;
	int r = runtime_type_of(types, interface, &wanted, err);

	if (r == 0)
		r = itabs_need(types, err);
	for (size_t i = 0; r >= 0 && i < types->itabs.count && count < max && count < INT_MAX;
	     i++) {
		const struct itab *itab = &types->itabs.items[i];

		if (itab->interface != wanted)
			continue;
		r = type_described_at(types, itab->type, &ret_list[count], &ignored);
		if (r == 0)
			count++;
		else if (r == -ENODATA) /* not described */
			r = 0;
		else
			error_adopt(err, &ignored);
	}
	return r < 0 ? r : (int)count;
}

/* ---- names by hash ---- */

/* Names being collected, and where the descriptors of their types are. */
struct naming {
	struct type_names *names;
	uint64_t begin; /* address of the descriptors */
	struct buffer descriptors;
};

static int name_described(void *context, const char *name, uint64_t runtime_type)
{
	const struct naming *naming = context;
	uint32_t hash = 0;

	/* The linker gives the address of uintptr's up to Go 1.22. */
	if (runtime_type >= naming->descriptors.size && runtime_type >= naming->begin)
		runtime_type -= naming->begin;
	/* What lies elsewhere is no descriptor. */
	if (!bytes_u32(buffer_bytes(&naming->descriptors), runtime_type + INTERFACE_TYPE_HASH,
		       &hash))
		return 0;
	return type_names_add(naming->names, hash, name);
}

static void names_from_dwarf(struct types *types, struct type_names *names)
{
	struct naming naming = { .names = names, .begin = types->parts.types };
	int r = type_sources_dwarf(types, NULL);

	if (r == 0)
		r = image_load(types->image, types->parts.types,
			       types->parts.etypes - types->parts.types, &naming.descriptors, NULL);
	if (r < 0)
		return;
	debug_types_described(types->dwarf, name_described, &naming, NULL);
	buffer_release(&naming.descriptors);
}

/* Moves those that have no name yet to the front of the list; returns how many. */
static size_t find_unnamed(const struct type_names *names, struct itab *itabs, size_t count)
{
	size_t unnamed = 0;

	for (size_t i = 0; i < count; i++) {
		struct itab itab = itabs[i];

		if (type_names_find(names, itab.hash) || type_names_are_ambiguous(names, itab.hash))
			continue;
		itabs[i] = itabs[unnamed];
		itabs[unnamed++] = itab;
	}
	return unnamed;
}

/* What the linker made an itab of need not be described by DWARF. */
static void names_from_itabs(struct types *types, struct type_names *names)
{
	int r = itabs_need(types, NULL);
	size_t unnamed = r < 0 ? 0 : find_unnamed(names, types->itabs.items, types->itabs.count);

	for (size_t i = 0; r == 0 && i < unnamed; i++) {
		const struct itab *itab = &types->itabs.items[i];
		char *name =
			runtime_type_name(types->image, &types->parts, &types->version, itab->type);

		if (name)
			r = type_names_add(names, itab->hash, name);
		free(name);
	}
	type_names_sort(names);
}

struct type_names *types_names(struct types *types)
{
	struct type_names *names;

	if (types->names_tried)
		return type_names_take(types->names);
	types->names_tried = true;
	names = type_sources_parts(types, NULL) == 0 ? type_names_create() : NULL;
	if (!names)
		return NULL;
	if (types->has_dwarf)
		names_from_dwarf(types, names);
	type_names_sort(names);
	names_from_itabs(types, names);
	types->names = names;
	return type_names_take(names);
}
