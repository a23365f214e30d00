/* SPDX-License-Identifier: MIT */
#include "types.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout_table.h"
#include "minimum.h"
#include "type_record.h"
#include "type_sources.h"

/* types_trust_dwarf() has no effect if .debug_info has more bytes: reading it would cost too much. */
#define MAX_READ_FIRST (UINT64_C(8) << 20)

/* Limit on the memory for types and signatures that declarations need. */
enum { MAX_DECLARED = 64 << 20 };

/*
 * Returns the range of releases whose layouts the binary may have. A version that was derived from the format
 * of the pclntab (see pclntab.h) is only the oldest release with this format, so the range ends before the
 * next format.
 */
static void release_span(const struct go_version *version, uint32_t *ret_first, uint32_t *ret_last)
{
	static const uint32_t formats[] = { GO_VERSION(16, 0), GO_VERSION(18, 0),
					    GO_VERSION(20, 0) };
	uint32_t number = minimum(version->number, layout_newest);

	*ret_first = number;
	*ret_last = version->from_pclntab ? layout_newest : number;
	for (size_t i = 0; version->from_pclntab && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (number < formats[i]) {
			*ret_last = formats[i] - 1;
			break;
		}
	}
}

int types_open(const struct image *image, const struct image *debug,
	       const struct go_version *version, struct types **ret_types, struct error *err)
{
	struct types *types = calloc(1, sizeof(*types));
	uint32_t first, last;
	int r;

	if (!types)
		return error_fail(err, -ENOMEM, "out of memory");
	types->image = image;
	types->declared.limit = MAX_DECLARED;
	types->debug = debug;
	types->version = *version;
	types->has_dwarf = debug_info_present(debug);
	/* Assumes that a vendor's build has the layouts of its release, because vendors patch only crypto.
	 * If the build has DWARF, that is used instead of the assumption. */
	types->verified = layout_verified(version->number) && !version->development &&
			  !version->from_pclntab && !(version->vendor && types->has_dwarf);
	release_span(version, &first, &last);
	r = layout_create(first, last, !types->verified, &types->layout, err);
	if (r < 0) {
		types_close(types);
		return r;
	}
	*ret_types = types;
	return 0;
}

void types_close(struct types *types)
{
	if (!types)
		return;
	itab_list_release(&types->itabs);
	instance_list_release(&types->instances);
	type_names_release(types->names);
	debug_types_close(types->dwarf);
	descriptors_close(types->descriptors);
	layout_destroy(types->layout);
	arena_finish(&types->declared);
	free(types);
}

void types_set_pclntab(struct types *types, const struct pclntab *pclntab)
{
	types->pclntab = pclntab;
}

void types_set_refusal(struct types *types, const struct error *why)
{
	types->refusal = *why;
}

void types_set_libraries(struct types *types, const struct library_copies *libraries, size_t count)
{
	layout_set_libraries(types->layout, libraries, count);
}

bool types_field_is_uncertain(const struct types *types, const struct type *type, const char *field)
{
	/* Checks the kind first, because some types of other kinds are constants without a type_record. Only
	 * the layout table describes structs in part. */
	return type->kind == TYPE_STRUCT && type_record_of(type)->owner == TYPE_OWNER_LAYOUT &&
	       layout_field_is_uncertain(types->layout, type->name, field);
}

bool types_have_dwarf(const struct types *types)
{
	return types->has_dwarf;
}

void types_trust_dwarf(struct types *types)
{
	types->trusts_dwarf = types->has_dwarf && debug_info_size(types->debug) <= MAX_READ_FIRST;
}

int types_check_contradiction(const struct types *types, struct error *err)
{
	return types->contradiction.code ? error_adopt(err, &types->contradiction) : 0;
}

const struct error *types_refusal(const struct types *types)
{
	return types->refusal.code && !types->has_dwarf ? &types->refusal : NULL;
}

/* Descriptors cost less to read than DWARF, and say the same: see tests/truth/descriptor_truth.c. */
int types_named(struct types *types, const char *name, const struct type **ret_type,
		struct error *err)
{
	int r;

	if (types->trusts_dwarf && type_from_dwarf(types, name, ret_type, NULL) == 0)
		return 0;
	if (type_from_descriptors(types, name, ret_type) == 0)
		return 0;
	if (types->verified && type_from_layout(types, name, ret_type, NULL) == 0)
		return 0;
	r = type_from_dwarf(types, name, ret_type, err);
	if (r < 0 && !types->verified && type_from_layout(types, name, ret_type, NULL) == 0)
		r = 0;
	return r;
}

/* Overwrites a type with the one that another source has under its name. Pointers to the type stay valid. */
static void become(const struct type *type, const struct type *found)
{
	struct type_record *record = type_record_of(type);
	const struct type_record *other = type_record_of(found);

	record->type = *found;
	record->owner = other->owner;
	record->entry = other->entry;
}

static int complete_from_descriptors(struct types *types, const struct type *type)
{
	const struct type *found = NULL;
	int r = type_from_descriptors(types, type->name, &found);

	if (r == 0)
		become(type, found);
	return r;
}

static int complete_from_layout(struct types *types, const struct type *type, struct error *err)
{
	const struct type *found = NULL;
	int r = type_from_layout(types, type->name, &found, err);

	if (r == 0)
		r = layout_complete(types->layout, found, err);
	if (r == 0)
		become(type, found);
	return r;
}

/* Completes a type that the table only names ("*mime/multipart.Form"), or whose descriptor is damaged. */
static int complete_from_dwarf(struct types *types, const struct type *type, struct error *err)
{
	const struct type *found;
	int r = type_from_dwarf(types, type->name, &found, err);

	if (r == 0)
		r = type_complete_from_dwarf(types, found, err);
	if (r == 0)
		become(type, found);
	return r;
}

/* If the descriptor is damaged, looks the type up by its name in the other sources. */
static int complete_described(struct types *types, const struct type *type, struct error *err)
{
	struct error why = { 0 };
	int r = descriptors_complete(types->descriptors, type, &why);

	if (r == -EBADMSG && (complete_from_layout(types, type, NULL) == 0 ||
			      (types->has_dwarf && complete_from_dwarf(types, type, NULL) == 0)))
		return 0;
	if (r < 0)
		error_adopt(err, &why);
	return r;
}

static int complete_named(struct types *types, const struct type *type, struct error *err)
{
	int r = -ENODATA;

	if (types->trusts_dwarf)
		r = complete_from_dwarf(types, type, err);
	if (r < 0 && r != -ESTALE)
		r = complete_from_descriptors(types, type);
	if (r < 0 && r != -ESTALE)
		r = layout_complete(types->layout, type, err);
	if (r == -ENODATA && types->has_dwarf && !types->trusts_dwarf)
		r = complete_from_dwarf(types, type, err);
	return r;
}

int types_complete(struct types *types, const struct type *type, struct error *err)
{
	if (type->complete)
		return 0;
	switch (type_record_of(type)->owner) {
	case TYPE_OWNER_DWARF:
		return type_complete_from_dwarf(types, type, err);
	case TYPE_OWNER_DESCRIPTOR:
		return complete_described(types, type, err);
	case TYPE_OWNER_LAYOUT:
	case TYPE_OWNER_DECLARED: /* complete from the start */
		break;
	}
	return complete_named(types, type, err);
}

int types_map_group(struct types *types, const struct type *map, const struct type **ret_group,
		    struct error *err)
{
	const struct type *found = map;

	if (!type_sources_descriptors(types))
		return error_fail(err, -ENODATA, "the program has no type descriptors");
	/* A type from DWARF has the offset of its descriptor in runtime_type. */
	if (type_record_of(map)->owner != TYPE_OWNER_DESCRIPTOR && map->runtime_type &&
	    descriptors_at(types->descriptors, map->runtime_type, &found, NULL) < 0)
		found = map;
	return descriptors_map_group(types->descriptors, found, ret_group, err);
}

bool types_variable(struct types *types, const char *name, uint64_t *ret_address)
{
	if (strcmp(types->variable.name, name) != 0) {
		snprintf(types->variable.name, sizeof(types->variable.name), "%s", name);
		types->variable.found =
			image_symbol(types->image, name, &types->variable.address, NULL) ||
			image_symbol(types->debug, name, &types->variable.address, NULL);
	}
	if (types->variable.found)
		*ret_address = types->variable.address;
	return types->variable.found;
}
