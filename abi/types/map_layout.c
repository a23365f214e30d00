/* SPDX-License-Identifier: MIT */
/*
 * Evidence: golang/go src/runtime/map.go up to Go 1.23 (buckets: eight states, eight keys, eight
 * elements, a pointer), src/internal/runtime/maps/{map,table,group}.go and src/cmd/compile/internal/
 * reflectdata/map.go from 1.24 on (groups: eight states, eight slots of a key and an element; with
 * GOEXPERIMENT=mapsplitgroup eight keys, eight elements).
 */
#include "map_layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alignment.h"
#include "layout_table.h"

enum {
	STATES_SIZE = 8,
	SLOTS = SEARCH_GROUP_SLOTS,
	MAX_INLINE = 128, /* larger keys and elements are kept elsewhere */
	POINTER_SIZE = 8,
	SAME_SIZE_GROW = 8, /* runtime.sameSizeGrow */
};

static const struct plan_search buckets = {
	.layout = SEARCH_BUCKETS,
	.flags_at = 8,
	.same_size = SAME_SIZE_GROW,
	.count_at = 9, /* B */
	.groups_at = 16,
	.older_at = 24,
};

static const struct plan_search tables = {
	.layout = SEARCH_TABLES,
	.directory_at = 16,
	.directory_size_at = 24,
	.groups_at = 16, /* of a table */
	.count_at = 24,	 /* its lengthMask */
};

enum kind { KIND_BUCKETS, KIND_SLOTS, KIND_SPLIT, KIND_UNKNOWN };

/* Layouts change with a series. A version read off the pclntab is the least of a span: from 1.20 on of both. */
static enum kind kind_of(const struct go_version *version)
{
	bool is_seen = version->number / 1000 <= layout_newest / 1000;

	if (version->from_pclntab)
		return version->number < GO_VERSION(20, 0) ? KIND_BUCKETS : KIND_UNKNOWN;
	if (version->number < GO_VERSION(24, 0) || version->no_swiss_map)
		return KIND_BUCKETS;
	if (!is_seen || version->development)
		return KIND_UNKNOWN;
	return version->map_split_group ? KIND_SPLIT : KIND_SLOTS;
}

/* What a key or an element takes in a group. */
struct part {
	uint64_t size, alignment;
	bool is_pointer;
};

static int part_of(struct types *types, const struct type *type, struct part *part,
		   struct error *err)
{
	int r = alignment_of(types, type, &part->alignment, err);

	if (r < 0)
		return r;
	part->size = type->size;
	part->is_pointer = type->size > MAX_INLINE;
	if (part->is_pointer) {
		part->size = POINTER_SIZE;
		part->alignment = POINTER_SIZE;
	}
	return 0;
}

static void lay_out_buckets(struct plan_search *search, const struct part *key,
			    const struct part *element)
{
	search->key = STATES_SIZE;
	search->key_stride = key->size;
	search->element = STATES_SIZE + SLOTS * key->size;
	search->element_stride = element->size;
	search->next = alignment_up(search->element + SLOTS * element->size, POINTER_SIZE);
	search->group_size = search->next + POINTER_SIZE;
}

/* A slot is a struct of the two; a struct whose last field has no size is a byte longer. */
static void lay_out_slots(struct plan_search *search, const struct part *key,
			  const struct part *element)
{
	uint64_t greatest = key->alignment > element->alignment ? key->alignment :
								  element->alignment;
	uint64_t offset = alignment_up(key->size, element->alignment);
	uint64_t slot = alignment_up(offset + (element->size ? element->size :
					       offset	     ? 1 :
							       0),
				     greatest);

	search->key = STATES_SIZE;
	search->key_stride = slot;
	search->element = STATES_SIZE + offset;
	search->element_stride = slot;
	search->group_size = STATES_SIZE + SLOTS * slot;
}

static void lay_out_split(struct plan_search *search, const struct part *key,
			  const struct part *element)
{
	uint64_t end;

	search->key = STATES_SIZE;
	search->key_stride = key->size;
	search->element = alignment_up(STATES_SIZE + SLOTS * key->size, element->alignment);
	search->element_stride = element->size;
	end = search->element + (element->size ? SLOTS * element->size : 1);
	search->group_size = alignment_up(end, STATES_SIZE);
}

static void lay_out(enum kind kind, const struct part *key, const struct part *element,
		    struct plan_search *search)
{
	*search = kind == KIND_BUCKETS ? buckets : tables;
	if (kind == KIND_BUCKETS)
		lay_out_buckets(search, key, element);
	else if (kind == KIND_SLOTS)
		lay_out_slots(search, key, element);
	else
		lay_out_split(search, key, element);
}

/* ---- what DWARF says ---- */

/* A struct that has a field at this place; NULL when it is not described, or otherwise. */
static const struct type *find_struct(struct types *types, const char *name, const char *field,
				      uint64_t offset)
{
	const struct type *type;

	if (types_named(types, name, &type, NULL) < 0 || types_complete(types, type, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < type->field_count; i++)
		if (strcmp(type->fields[i].name, field) == 0 && type->fields[i].offset == offset)
			return type;
	return NULL;
}

/* Whether the runtime's types, and the group that the compiler made for this map, are as in `search`. */
static bool is_described(struct types *types, const struct type *map, enum kind kind,
			 const struct plan_search *search)
{
	static const char package[] = "internal/runtime/maps.";
	static const struct {
		const char *type, *field;
		uint64_t offset;
	} rows[] = {
		{ "Map", "dirPtr", 16 },
		{ "Map", "dirLen", 24 },
		{ "table", "groups", 16 },
		{ "groupsReference", "data", 0 },
		{ "groupsReference", "lengthMask", 8 },
	};
	const struct type *group;
	char name[1024];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", package, rows[i].type);
		if (!find_struct(types, name, rows[i].field, rows[i].offset))
			return false;
	}
	snprintf(name, sizeof(name), "noalg.map.group[%s]%s", map->key->name, map->element->name);
	group = find_struct(types, name, kind == KIND_SPLIT ? "keys" : "slots", search->key);
	return group && group->size == search->group_size;
}

/* Where the version does not tell. */
static int lay_out_as_described(struct types *types, const struct go_version *version,
				const struct type *map, const struct part *key,
				const struct part *element, struct plan_search *search,
				struct error *err)
{
	for (enum kind kind = KIND_SLOTS; kind <= KIND_SPLIT; kind++) {
		lay_out(kind, key, element, search);
		if (is_described(types, map, kind, search))
			return 0;
	}
	return error_fail(err, -ENODATA, "the memory layout of maps in %s is not known",
			  version->text);
}

/* ---- a map ---- */

int map_layout_of(struct types *types, const struct go_version *version, const struct type *map,
		  struct map_layout *ret_layout, struct error *err)
{
	enum kind kind = kind_of(version);
	struct map_layout layout = { 0 };
	struct part key, element;
	int r = types_complete(types, map, err);

	if (r == 0 && (!map->key || !map->element))
		r = error_fail(err, -ENODATA, "the key and value types of %s are not known",
			       map->name);
	if (r == 0)
		r = part_of(types, map->key, &key, err);
	if (r == 0)
		r = part_of(types, map->element, &element, err);
	if (r < 0)
		return r;
	layout.key_is_pointer = key.is_pointer;
	layout.element_is_pointer = element.is_pointer;
	if (kind == KIND_UNKNOWN)
		r = lay_out_as_described(types, version, map, &key, &element, &layout.search, err);
	else
		lay_out(kind, &key, &element, &layout.search);
	if (r == 0)
		*ret_layout = layout;
	return r;
}
