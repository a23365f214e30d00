/* SPDX-License-Identifier: MIT */
/*
 * Evidence: golang/go src/runtime/map.go up to Go 1.23 (buckets: eight states, eight keys, eight
 * elements, a pointer), src/internal/runtime/maps/{map,table,group}.go and src/cmd/compile/internal/
 * reflectdata/map.go from 1.24 on (groups: eight states, eight slots of a key and an element).
 */
#include "map_layout.h"

#include <errno.h>

#include "alignment.h"

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

static bool has_tables(const struct go_version *version)
{
	return version->number >= GO_VERSION(24, 0) && !version->no_swiss_map;
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
static void lay_out_tables(struct plan_search *search, const struct part *key,
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

int map_layout_of(struct types *types, const struct go_version *version, const struct type *map,
		  struct map_layout *ret_layout, struct error *err)
{
	struct part key, element;
	bool in_tables = has_tables(version);
	int r = types_complete(types, map, err);

	if (r == 0 && (!map->key || !map->element))
		r = error_fail(err, -ENODATA, "what a %s holds is not known", map->name);
	if (r == 0)
		r = part_of(types, map->key, &key, err);
	if (r == 0)
		r = part_of(types, map->element, &element, err);
	if (r < 0)
		return r;
	*ret_layout = (struct map_layout){
		.search = in_tables ? tables : buckets,
		.key_is_pointer = key.is_pointer,
		.element_is_pointer = element.is_pointer,
	};
	if (in_tables)
		lay_out_tables(&ret_layout->search, &key, &element);
	else
		lay_out_buckets(&ret_layout->search, &key, &element);
	return 0;
}
