/* SPDX-License-Identifier: MIT */
#include "descriptor_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor_name.h"

struct descriptor_index {
	const struct descriptor_table *table;
	uint64_t *offsets; /* of all types; each is looked at in its turn while the index is made */
	size_t count, capacity;
	uint64_t *seen; /* a bit for each word of the descriptors */
	struct named {
		uint32_t hash; /* of the bare name */
		uint32_t offset;
	} * named; /* sorted by hash */
	size_t named_count;
};

/* FNV-1a. */
static uint32_t hash_of(struct bytes name)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ name.data[i]) * 16777619u;
	return hash;
}

static bool mark_seen(struct descriptor_index *index, uint64_t offset)
{
	uint64_t word = offset / 8, bit = UINT64_C(1) << word % 64;
	bool is_new = !(index->seen[word / 64] & bit);

	index->seen[word / 64] |= bit;
	return is_new;
}

/* Takes up a type that was not seen yet. */
static int add(struct descriptor_index *index, uint64_t offset)
{
	if (offset >= index->table->bytes.size || offset > UINT32_MAX || !mark_seen(index, offset))
		return 0;
	if (index->count == index->capacity) {
		size_t capacity = index->capacity ? 2 * index->capacity : 4096;
		uint64_t *offsets = reallocarray(index->offsets, capacity, sizeof(*offsets));

		if (!offsets)
			return -ENOMEM;
		index->offsets = offsets;
		index->capacity = capacity;
	}
	index->offsets[index->count++] = offset;
	return 0;
}

static int add_part(struct descriptor_index *index, int64_t part)
{
	return part == DESCRIPTOR_NONE ? 0 : add(index, (uint64_t)part);
}

static int add_listed(struct descriptor_index *index, const struct descriptor *descriptor,
		      const struct descriptor_parts *parts)
{
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < parts->count; i++) {
		struct descriptor_field field;
		struct bytes name;
		uint64_t type = 0;
		bool found;

		if (descriptor->kind == DESCRIPTOR_STRUCT) {
			found = descriptor_field_read(index->table, parts, i, &field);
			type = found ? field.type : 0;
		} else if (descriptor->kind == DESCRIPTOR_INTERFACE) {
			found = descriptor_interface_method_read(index->table, parts, i, &name,
								 &type);
		} else {
			found = descriptor_parameter_read(index->table, parts, i, &type);
		}
		if (found)
			r = add(index, type);
	}
	return r;
}

static int add_methods(struct descriptor_index *index, const struct descriptor *descriptor)
{
	uint16_t count = descriptor_method_count(index->table, descriptor);
	int r = 0;

	for (uint16_t i = 0; r == 0 && i < count; i++) {
		struct bytes name;
		uint64_t type;

		if (descriptor_method_read(index->table, descriptor, i, &name, &type))
			r = add(index, type);
	}
	return r;
}

/* Takes up what a type refers to. */
static int follow(struct descriptor_index *index, const struct descriptor *descriptor)
{
	struct descriptor_parts parts;
	int r = descriptor->pointer_to ? add(index, descriptor->pointer_to) : 0;

	if (!descriptor_parts_read(index->table, descriptor, &parts))
		return r;
	if (r == 0)
		r = add_part(index, parts.element);
	if (r == 0)
		r = add_part(index, parts.key);
	if (r == 0)
		r = add_listed(index, descriptor, &parts);
	return r < 0 ? r : add_methods(index, descriptor);
}

/* Follows all, and leaves in the list what is a descriptor. */
static int walk(struct descriptor_index *index)
{
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < index->count; i++) {
		uint64_t offset = index->offsets[i];
		struct descriptor descriptor;

		if (!descriptor_read(index->table, offset, &descriptor))
			continue;
		r = follow(index, &descriptor);
		index->offsets[kept++] = offset;
		index->named_count += descriptor.is_named;
	}
	index->count = kept;
	return r;
}

static int compare_named(const void *a, const void *b)
{
	const struct named *left = a, *right = b;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static int sort_named(struct descriptor_index *index)
{
	size_t count = 0;

	index->named = calloc(index->named_count + 1, sizeof(*index->named));
	if (!index->named)
		return -ENOMEM;
	for (size_t i = 0; i < index->count; i++) {
		struct descriptor descriptor;

		if (!descriptor_read(index->table, index->offsets[i], &descriptor) ||
		    !descriptor.is_named)
			continue;
		index->named[count++] = (struct named){
			.hash = hash_of(descriptor_bare_name(index->table, &descriptor)),
			.offset = (uint32_t)index->offsets[i],
		};
	}
	index->named_count = count;
	qsort(index->named, count, sizeof(*index->named), compare_named);
	return 0;
}

int descriptor_index_create(const struct descriptor_table *table, const uint64_t *roots,
			    size_t count, struct descriptor_index **ret_index, struct error *err)
{
	struct descriptor_index *index = calloc(1, sizeof(*index));
	int r = index ? 0 : -ENOMEM;

	if (r == 0) {
		index->table = table;
		index->seen = calloc(table->bytes.size / 512 + 1, sizeof(*index->seen));
		r = index->seen ? 0 : -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add(index, roots[i]);
	if (r == 0)
		r = walk(index);
	if (r == 0)
		r = sort_named(index);
	if (r < 0) {
		descriptor_index_destroy(index);
		return error_fail(err, r, "no memory for the types of the binary");
	}
	free(index->seen);
	index->seen = NULL;
	*ret_index = index;
	return 0;
}

void descriptor_index_destroy(struct descriptor_index *index)
{
	if (!index)
		return;
	free(index->offsets);
	free(index->seen);
	free(index->named);
	free(index);
}

/* Where the type's own name begins in a whole one: behind the package, whose dots are escaped. */
static const char *bare_part(const char *name)
{
	size_t size = strcspn(name, "[");

	for (size_t i = size; i > 0; i--) {
		if (name[i - 1] == '.')
			return name + i;
		if (name[i - 1] == '/')
			break;
	}
	return name;
}

bool descriptor_index_find(const struct descriptor_index *index, const char *name,
			   uint64_t *ret_offset)
{
	const char *bare = bare_part(name);
	uint32_t hash = hash_of((struct bytes){ (const uint8_t *)bare, strlen(bare) });
	size_t low = 0, high = index->named_count;
	char whole[DESCRIPTOR_MAX_NAME];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->named[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < index->named_count && index->named[low].hash == hash; low++) {
		struct descriptor descriptor;

		if (!descriptor_read(index->table, index->named[low].offset, &descriptor))
			continue;
		descriptor_name(index->table, &descriptor, whole);
		if (strcmp(whole, name) == 0) {
			*ret_offset = descriptor.offset;
			return true;
		}
	}
	return false;
}

const uint64_t *descriptor_index_all(const struct descriptor_index *index, size_t *ret_count)
{
	*ret_count = index->count;
	return index->offsets;
}
