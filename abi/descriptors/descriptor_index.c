/* SPDX-License-Identifier: MIT */
#include "descriptor_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "descriptor_name.h"

struct descriptor_index {
	const struct descriptor_table *table;
	uint64_t *offsets; /* of all types; while the index is created, also the queue of types to visit */
	size_t count;
	uint64_t *seen; /* one bit for each word of the descriptors; NULL after creation */
	struct entry {
		uint32_t hash; /* of the key, see descriptor_key() */
		uint32_t offset;
	} * entries; /* sorted by hash; one for each type */
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

/* Queues a type, unless it was seen before or is outside of the descriptors. */
static int descriptor_index_add(struct descriptor_index *index, uint64_t offset)
{
	uint64_t *offsets;

	if (offset >= index->table->bytes.size || offset > UINT32_MAX || !mark_seen(index, offset))
		return 0;
	offsets = array_grow(index->offsets, index->count, sizeof(*offsets));
	if (!offsets)
		return -ENOMEM;
	index->offsets = offsets;
	index->offsets[index->count++] = offset;
	return 0;
}

static int add_part(struct descriptor_index *index, int64_t part)
{
	return part == DESCRIPTOR_NONE ? 0 : descriptor_index_add(index, (uint64_t)part);
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
			r = descriptor_index_add(index, type);
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
			r = descriptor_index_add(index, type);
	}
	return r;
}

/* Queues the types to which a type refers. */
static int follow_parts(struct descriptor_index *index, const struct descriptor *descriptor)
{
	struct descriptor_parts parts;
	int r = descriptor->pointer_to ? descriptor_index_add(index, descriptor->pointer_to) : 0;

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

/* Visits all queued types, and removes the offsets that are not offsets of descriptors. */
static int walk(struct descriptor_index *index)
{
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < index->count; i++) {
		uint64_t offset = index->offsets[i];
		struct descriptor descriptor;

		if (!descriptor_read(index->table, offset, &descriptor))
			continue;
		r = follow_parts(index, &descriptor);
		index->offsets[kept++] = offset;
	}
	index->count = kept;
	return r;
}

/*
 * Returns the key by which a type is looked up: the name without the package for named types, the output of
 * %T for others. Keys contain no import paths, so types with the same key are distinguished by their whole
 * names.
 */
static struct bytes descriptor_key(const struct descriptor_index *index,
				   const struct descriptor *descriptor)
{
	return descriptor->is_named ? descriptor_bare_name(index->table, descriptor) :
				      descriptor->string;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static int sort_entries(struct descriptor_index *index)
{
	index->entries = calloc(index->count + 1, sizeof(*index->entries));
	if (!index->entries)
		return -ENOMEM;
	for (size_t i = 0; i < index->count; i++) {
		struct descriptor descriptor;

		if (descriptor_read(index->table, index->offsets[i], &descriptor))
			index->entries[i].hash = hash_of(descriptor_key(index, &descriptor));
		index->entries[i].offset = (uint32_t)index->offsets[i];
	}
	qsort(index->entries, index->count, sizeof(*index->entries), compare_entries);
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
		r = descriptor_index_add(index, roots[i]);
	if (r == 0)
		r = walk(index);
	if (r == 0)
		r = sort_entries(index);
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
	free(index->entries);
	free(index);
}

static bool is_path_byte(char c)
{
	return c && !strchr("*[](){}, ;<>", c);
}

static bool begins_as_literal(const char *name)
{
	static const char *const begins[] = { "map[",  "func(",	   "chan ",
					      "chan<", "struct {", "interface {" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	}
	return !is_path_byte(name[0]);
}

/*
 * Derives the key from a whole name. %T prints only the last element of an import path: "*http.Request" for
 * "*net/http.Request". The name of a named type begins with neither a sign nor a keyword such as `map`.
 */
static struct bytes key_in(const char *name, char room[DESCRIPTOR_MAX_NAME])
{
	size_t used = 0, word = 0;

	if (!begins_as_literal(name)) {
		size_t dot = strcspn(name, "[");

		while (dot && name[dot - 1] != '.' && name[dot - 1] != '/')
			dot--;
		name += dot && name[dot - 1] == '.' ? dot : 0;
		return (struct bytes){ (const uint8_t *)name, strlen(name) };
	}
	for (; *name && used < DESCRIPTOR_MAX_NAME; name++) {
		if (*name == '/') {
			used = word;
			continue;
		}
		room[used++] = *name;
		if (!is_path_byte(*name))
			word = used;
	}
	return (struct bytes){ (const uint8_t *)room, used };
}

static int compare_entry_hash(const void *item, const void *key)
{
	uint32_t found = ((const struct entry *)item)->hash;
	const uint32_t *hash = key;

	return (found > *hash) - (found < *hash);
}

bool descriptor_index_find(const struct descriptor_index *index, const char *name,
			   uint64_t *ret_offset)
{
	char whole[DESCRIPTOR_MAX_NAME];
	uint32_t hash = hash_of(key_in(name, whole));
	size_t low = array_lower_bound(index->entries, index->count, sizeof(*index->entries), &hash,
				       compare_entry_hash);

	for (; low < index->count && index->entries[low].hash == hash; low++) {
		struct descriptor descriptor;

		if (!descriptor_read(index->table, index->entries[low].offset, &descriptor))
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
