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

/* Returns the offset of the type's descriptor. If it is unknown, looks the type up by name. */
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

int type_described_at(struct types *types, uint64_t offset, const struct type **ret_type,
		      struct error *err)
{
	int r = types->trusts_dwarf ? type_sources_dwarf(types, NULL) : -ENODATA;

	if (r == 0 && debug_types_runtime(types->dwarf, offset, ret_type, NULL) == 0)
		return 0;
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

int types_hashed(struct types *types, uint32_t hash, const struct type **ret_type,
		 struct error *err)
{
	if (!type_sources_descriptors(types))
		return error_fail(err, -ENODATA, "the program has no type descriptors");
	return descriptors_hashed(types->descriptors, hash, ret_type, err);
}

/* ---- names by hash ---- */

static int name_described(void *context, const char *name, uint32_t hash)
{
	return type_names_add(context, hash, name);
}

/* The descriptors are the only source needed: an interface value cannot hold a type without a descriptor. */
struct type_names *types_names(struct types *types)
{
	struct type_names *names;

	if (types->names_tried)
		return type_names_take(types->names);
	types->names_tried = true;
	names = type_sources_descriptors(types) ? type_names_create() : NULL;
	if (!names)
		return NULL;
	descriptors_list(types->descriptors, name_described, names, NULL);
	type_names_sort(names);
	types->names = names;
	return type_names_take(names);
}
