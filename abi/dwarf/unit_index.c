/* SPDX-License-Identifier: MIT */
#include "unit_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define UNIT_MAX_COUNT (1u << 20)

struct unit_range {
	uint64_t low, high, unit;
};

struct function_entry {
	uint64_t low, entry;
};

/* A growing array. */
struct list {
	void *items;
	size_t count, size; /* number of items, bytes of one */
};

struct unit_index {
	struct debug_info *info;
	struct list units;     /* uint64_t */
	struct list names;     /* const char *, parallel to the units; may hold NULL */
	struct list ranges;    /* struct unit_range, by `low` */
	struct list boundless; /* uint64_t: units without readable address ranges */
	struct list functions; /* struct function_entry of `unit`, by `low` */
	uint64_t unit;
};

static int list_append(struct list *list, const void *item, struct error *err)
{
	void *items;

	if (list->count >= UNIT_MAX_COUNT)
		return error_fail(err, -E2BIG, "more DWARF units, ranges or functions than %u",
				  UNIT_MAX_COUNT);
	items = array_grow(list->items, list->count, list->size);
	if (!items)
		return error_fail(err, -ENOMEM, "out of memory");
	list->items = items;
	memcpy((char *)list->items + list->count * list->size, item, list->size);
	list->count++;
	return 0;
}

/* struct unit_range and struct function_entry both start with the address by which they are ordered. */
static int low_compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/*
 * Returns the index of the last item whose first address is at or below `address`; SIZE_MAX if there is none.
 */
static size_t list_search(const struct list *list, uint64_t address)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *item = (const char *)list->items + middle * list->size;

		if (*(const uint64_t *)item <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : SIZE_MAX;
}

/* The context of the visitors below, which append to the index. */
struct reading {
	struct unit_index *index;
	struct error *err;
};

struct range_reading {
	struct reading reading;
	uint64_t unit;
	size_t found;
};

static int range_append(void *context, uint64_t low, uint64_t high)
{
	struct range_reading *ranges = context;
	struct unit_range range = { low, high, ranges->unit };

	if (high <= low)
		return 0;
	ranges->found++;
	return list_append(&ranges->reading.index->ranges, &range, ranges->reading.err);
}

/*
 * Reads the ranges of a unit while the walk is at the unit: later, libdwarf would search for each unit from
 * the first one on. unit_index_function() searches all units without readable ranges, one by one.
 */
static int unit_append(void *context, const struct debug_entry *entry)
{
	const struct reading *reading = context;
	struct unit_index *index = reading->index;
	struct error why = { 0 };
	struct range_reading ranges = { .reading = { index, &why }, .unit = entry->offset };
	int r = list_append(&index->units, &entry->offset, reading->err);

	if (r == 0)
		r = list_append(&index->names, &entry->name, reading->err);
	if (r < 0)
		return r;
	r = debug_info_ranges(index->info, entry->offset, range_append, &ranges, &why);
	if (r == -ENOMEM || r == -E2BIG) {
		error_adopt(reading->err, &why);
		return r;
	}
	return ranges.found ? 0 : list_append(&index->boundless, &entry->offset, reading->err);
}

int unit_index_create(struct debug_info *info, struct unit_index **ret_index, struct error *err)
{
	struct unit_index *index = calloc(1, sizeof(*index));
	struct error why = { 0 };
	struct reading reading = { index, &why };
	int r;

	if (!index)
		return error_fail(err, -ENOMEM, "out of memory");
	index->info = info;
	index->units.size = sizeof(uint64_t);
	index->names.size = sizeof(const char *);
	index->ranges.size = sizeof(struct unit_range);
	index->boundless.size = sizeof(uint64_t);
	index->functions.size = sizeof(struct function_entry);
	/* If a unit is damaged, the units before it are still usable. */
	r = debug_info_units(info, unit_append, &reading, &why);
	if (r == -EBADMSG && index->units.count)
		r = 0;
	if (r < 0) {
		unit_index_destroy(index);
		error_adopt(err, &why);
		return r;
	}
	if (index->ranges.count)
		qsort(index->ranges.items, index->ranges.count, index->ranges.size, low_compare);
	*ret_index = index;
	return 0;
}

void unit_index_destroy(struct unit_index *index)
{
	if (!index)
		return;
	free(index->units.items);
	free(index->names.items);
	free(index->ranges.items);
	free(index->boundless.items);
	free(index->functions.items);
	free(index);
}

static int function_append(void *context, const struct debug_entry *entry)
{
	const struct reading *reading = context;
	struct function_entry function = { entry->low, entry->offset };

	if (entry->tag != DEBUG_TAG_FUNCTION || !entry->has_low)
		return 0;
	return list_append(&reading->index->functions, &function, reading->err);
}

/* Searches a unit for the function that starts at `address`. Returns 1 if it is found, 0 if not. */
static int unit_search(struct unit_index *index, uint64_t unit, uint64_t address,
		       uint64_t *ret_entry, struct error *err)
{
	const struct function_entry *functions;
	size_t i;

	if (index->unit != unit) {
		struct error why = { 0 };
		struct reading reading = { index, &why };
		int r;

		index->functions.count = 0;
		index->unit = 0;
		/* If an entry is damaged, the functions before it are still usable. */
		r = debug_info_children(index->info, unit, function_append, &reading, &why);
		if (r < 0 && r != -EBADMSG) {
			error_adopt(err, &why);
			return r;
		}
		if (index->functions.count)
			qsort(index->functions.items, index->functions.count, index->functions.size,
			      low_compare);
		index->unit = unit;
	}
	functions = index->functions.items;
	i = list_search(&index->functions, address);
	if (i == SIZE_MAX || functions[i].low != address)
		return 0;
	*ret_entry = functions[i].entry;
	return 1;
}

int unit_index_function(struct unit_index *index, uint64_t address, uint64_t *ret_entry,
			struct error *err)
{
	const struct unit_range *ranges = index->ranges.items;
	const uint64_t *boundless = index->boundless.items;
	size_t i = list_search(&index->ranges, address);
	int r = 0;

	if (i != SIZE_MAX && address < ranges[i].high)
		r = unit_search(index, ranges[i].unit, address, ret_entry, err);
	for (i = 0; r == 0 && i < index->boundless.count; i++)
		r = unit_search(index, boundless[i], address, ret_entry, err);
	if (r == 0)
		return error_fail(err, -ENODATA, "DWARF describes no function at 0x%llx",
				  (unsigned long long)address);
	return r < 0 ? r : 0;
}

const uint64_t *unit_index_units(const struct unit_index *index, size_t *ret_count)
{
	*ret_count = index->units.count;
	return index->units.items;
}

const char *unit_index_name(const struct unit_index *index, size_t unit)
{
	return ((const char *const *)index->names.items)[unit];
}
