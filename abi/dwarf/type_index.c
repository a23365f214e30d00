/* SPDX-License-Identifier: MIT */
#include "type_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define MAX_TYPES (1u << 22)

struct named {
	const char *name; /* owned by the debug info */
	uint64_t entry;
};

struct described {
	uint64_t runtime_type, entry;
};

struct type_index {
	struct named *named; /* by name, then by entry */
	size_t named_count;
	struct described *described; /* by runtime type, then by entry */
	size_t described_count;
};

/* The context of type_append(). */
struct reading {
	struct type_index *index;
	struct error *err;
};

static bool is_type(const struct debug_entry *entry)
{
	switch (entry->tag) {
	case DEBUG_TAG_TYPEDEF:
	case DEBUG_TAG_STRUCT:
	case DEBUG_TAG_BASE:
	case DEBUG_TAG_POINTER:
	case DEBUG_TAG_ARRAY:
	case DEBUG_TAG_FUNCTION_TYPE:
		return true;
	default:
		return false;
	}
}

static int type_append(void *context, const struct debug_entry *entry)
{
	const struct reading *reading = context;
	struct type_index *index = reading->index;
	struct described *described;
	struct named *named;

	if (!is_type(entry) || !entry->name)
		return 0;
	if (index->named_count >= MAX_TYPES)
		return error_fail(reading->err, -E2BIG, "more than %u types in the DWARF",
				  MAX_TYPES);
	named = array_grow(index->named, index->named_count, sizeof(*named));
	if (!named)
		return error_fail(reading->err, -ENOMEM, "out of memory");
	index->named = named;
	named[index->named_count++] = (struct named){ entry->name, entry->offset };
	if (!entry->runtime_type)
		return 0;
	described = array_grow(index->described, index->described_count, sizeof(*described));
	if (!described)
		return error_fail(reading->err, -ENOMEM, "out of memory");
	index->described = described;
	described[index->described_count++] =
		(struct described){ entry->runtime_type, entry->offset };
	return 0;
}

static int named_compare(const void *a, const void *b)
{
	const struct named *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : (left->entry > right->entry) - (left->entry < right->entry);
}

static int described_compare(const void *a, const void *b)
{
	const struct described *left = a, *right = b;

	if (left->runtime_type != right->runtime_type)
		return left->runtime_type < right->runtime_type ? -1 : 1;
	return (left->entry > right->entry) - (left->entry < right->entry);
}

/* Reads the types of the units called "runtime", or those of all other units. */
static int units_read(struct type_index *index, struct debug_info *info,
		      const struct unit_index *units, bool runtime, struct error *err)
{
	struct reading reading = { index, err };
	size_t count;
	const uint64_t *entries = unit_index_units(units, &count);
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const char *name = unit_index_name(units, i);

		if ((name && strcmp(name, "runtime") == 0) == runtime)
			r = debug_info_children(info, entries[i], type_append, &reading, err);
	}
	return r;
}

static int types_read(struct type_index *index, struct debug_info *info,
		      const struct unit_index *units, struct error *err)
{
	/* The linker puts the types of all packages into the unit of package runtime (golang/go
	 * src/cmd/link/internal/ld/dwarf.go, dwarfGenerateDebugInfo). The functions of the package may be
	 * in another unit with the same name. */
	int r = units_read(index, info, units, true, err);

	if (r == 0 && !index->described_count)
		r = units_read(index, info, units, false, err);
	/* If an entry is damaged, the types before it are still usable. */
	return r == -EBADMSG && index->named_count ? 0 : r;
}

int type_index_create(struct debug_info *info, const struct unit_index *units,
		      struct type_index **ret_index, struct error *err)
{
	struct type_index *index = calloc(1, sizeof(*index));
	struct error why = { 0 };
	int r;

	if (!index)
		return error_fail(err, -ENOMEM, "out of memory");
	r = types_read(index, info, units, &why);
	if (r < 0) {
		type_index_destroy(index);
		error_adopt(err, &why);
		return r;
	}
	if (index->named_count)
		qsort(index->named, index->named_count, sizeof(*index->named), named_compare);
	if (index->described_count)
		qsort(index->described, index->described_count, sizeof(*index->described),
		      described_compare);
	*ret_index = index;
	return 0;
}

void type_index_destroy(struct type_index *index)
{
	if (!index)
		return;
	free(index->named);
	free(index->described);
	free(index);
}

/* Several types may have one name or one descriptor: the first entry is returned. */
static int named_compare_name(const void *item, const void *name)
{
	return strcmp(((const struct named *)item)->name, name);
}

uint64_t type_index_named(const struct type_index *index, const char *name)
{
	size_t at = array_lower_bound(index->named, index->named_count, sizeof(*index->named), name,
				      named_compare_name);

	if (at == index->named_count || strcmp(index->named[at].name, name) != 0)
		return 0;
	return index->named[at].entry;
}

static int described_compare_type(const void *item, const void *key)
{
	uint64_t found = ((const struct described *)item)->runtime_type;
	const uint64_t *runtime_type = key;

	return (found > *runtime_type) - (found < *runtime_type);
}

uint64_t type_index_runtime(const struct type_index *index, uint64_t runtime_type)
{
	size_t at = array_lower_bound(index->described, index->described_count,
				      sizeof(*index->described), &runtime_type,
				      described_compare_type);

	if (at == index->described_count || index->described[at].runtime_type != runtime_type)
		return 0;
	return index->described[at].entry;
}
