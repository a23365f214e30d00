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
#include "minimum.h"

enum {
	STATES_SIZE = 8,
	SLOTS = SEARCH_GROUP_SLOTS,
	MAX_INLINE = 128, /* larger keys and elements are replaced by pointers to them */
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
	.groups_at = 16, /* in a table */
	.count_at = 24,	 /* lengthMask in a table */
};

enum kind { KIND_BUCKETS, KIND_SLOTS, KIND_SPLIT, KIND_UNKNOWN };

/*
 * Layouts change only with a series (1.N). A version that was derived from the format of the pclntab is the
 * oldest release with this format: the format of Go 1.20 is also that of releases with groups.
 */
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

/* The space that a key or an element takes in a bucket or group. */
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

/* A slot is a struct of key and element. If the element has size 0 and the key has not, Go adds a byte. */
static void lay_out_slots(struct plan_search *search, const struct part *key,
			  const struct part *element)
{
	uint64_t greatest = maximum(key->alignment, element->alignment);
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

/* ---- what the program describes itself ---- */

static bool has_field(const struct type *type, const char *name, uint64_t offset)
{
	for (size_t i = 0; i < type->field_count; i++) {
		if (strcmp(type->fields[i].name, name) == 0)
			return type->fields[i].offset == offset;
	}
	return false;
}

/* Returns whether the program describes the runtime's types of maps with the offsets that `tables` has. */
static bool tables_are_described(struct types *types)
{
	static const struct {
		const char *type, *field;
		uint64_t offset;
	} rows[] = {
		{ "internal/runtime/maps.Map", "dirPtr", 16 },
		{ "internal/runtime/maps.Map", "dirLen", 24 },
		{ "internal/runtime/maps.table", "groups", 16 },
		{ "internal/runtime/maps.groupsReference", "data", 0 },
		{ "internal/runtime/maps.groupsReference", "lengthMask", 8 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct type *type;

		if (types_named(types, rows[i].type, &type, NULL) < 0 ||
		    types_complete(types, type, NULL) < 0 ||
		    !has_field(type, rows[i].field, rows[i].offset))
			return false;
	}
	return true;
}

/* Returns the struct that the compiler made for this map's buckets or groups; NULL if it is not described. */
static const struct type *map_group_find(struct types *types, const struct type *map)
{
	const struct type *group;
	char name[1024];

	if (types_map_group(types, map, &group, NULL) == 0)
		return types_complete(types, group, NULL) == 0 ? group : NULL;
	snprintf(name, sizeof(name), "noalg.map.group[%s]%s", map->key->name, map->element->name);
	if (types_named(types, name, &group, NULL) < 0 || types_complete(types, group, NULL) < 0)
		return NULL;
	return group;
}

/*
 * Returns whether the described struct has the size and the fields of this layout. The header of maps with
 * buckets need not be checked: it never changed before Go 1.24 replaced buckets by groups.
 */
static bool group_is(const struct type *group, enum kind kind, const struct plan_search *search)
{
	if (!group || group->size != search->group_size)
		return false;
	if (kind == KIND_BUCKETS)
		return has_field(group, "topbits", 0) && has_field(group, "keys", search->key) &&
		       has_field(group, "elems", search->element) &&
		       has_field(group, "overflow", search->next);
	return has_field(group, kind == KIND_SPLIT ? "keys" : "slots", search->key);
}

/* Used if the version does not determine the layout: compares the described struct to each known layout. */
static int lay_out_as_described(struct types *types, const struct go_version *version,
				const struct type *map, const struct part *key,
				const struct part *element, struct plan_search *search,
				struct error *err)
{
	const struct type *group = map_group_find(types, map);

	for (enum kind kind = KIND_BUCKETS; kind < KIND_UNKNOWN; kind++) {
		lay_out(kind, key, element, search);
		if (group_is(group, kind, search) &&
		    (kind == KIND_BUCKETS || tables_are_described(types)))
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
