/* SPDX-License-Identifier: MIT */
#include "type_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

enum { MAX_TYPES = 1 << 20, MAX_TEXT = 64 << 20, MAX_NAME = 1024 };

struct entry {
	uint32_t hash, name;
};

struct type_names {
	size_t references;
	struct entry *entries; /* sorted by hash after type_names_sort() */
	size_t count;
	char *text;
	size_t text_size, text_capacity;
};

struct type_names *type_names_create(void)
{
	struct type_names *names = calloc(1, sizeof(*names));

	if (names)
		names->references = 1;
	return names;
}

struct type_names *type_names_take(struct type_names *names)
{
	if (names)
		names->references++;
	return names;
}

void type_names_release(struct type_names *names)
{
	if (!names || --names->references)
		return;
	free(names->entries);
	free(names->text);
	free(names);
}

int type_names_add(struct type_names *names, uint32_t hash, const char *name)
{
	size_t size = strnlen(name, MAX_NAME);
	struct entry *entries;
	char *text;

	if (names->count == MAX_TYPES || names->text_size + size + 1 > MAX_TEXT)
		return -E2BIG;
	entries = array_grow(names->entries, names->count, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	names->entries = entries;
	text = array_reserve(names->text, names->text_size + size + 1, 1024, &names->text_capacity);
	if (!text)
		return -ENOMEM;
	names->text = text;
	memcpy(text + names->text_size, name, size);
	text[names->text_size + size] = '\0';
	entries[names->count++] = (struct entry){ hash, (uint32_t)names->text_size };
	names->text_size += size + 1;
	return 0;
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return (left->name > right->name) - (left->name < right->name);
}

/*
 * Of the entries with one hash, the first one and one with another name say all: a binary in which all types have the same
 * hash is searched no longer than others.
 */
static bool is_needed(const struct type_names *names, size_t kept, const struct entry *entry)
{
	const struct entry *last = names->entries + (kept ? kept - 1 : 0);

	if (kept == 0 || last->hash != entry->hash)
		return true;
	return strcmp(names->text + last->name, names->text + entry->name) != 0 &&
	       (kept == 1 || last[-1].hash != entry->hash);
}

void type_names_sort(struct type_names *names)
{
	size_t kept = 0;

	if (names->count)
		qsort(names->entries, names->count, sizeof(*names->entries), entry_compare);
	for (size_t i = 0; i < names->count; i++) {
		if (is_needed(names, kept, &names->entries[i]))
			names->entries[kept++] = names->entries[i];
	}
	names->count = kept;
}

static int entry_compare_hash(const void *item, const void *key)
{
	uint32_t found = ((const struct entry *)item)->hash;
	const uint32_t *hash = key;

	return (found > *hash) - (found < *hash);
}

/* Returns the index of the first entry whose hash is not less than `hash`. */
static size_t find_first(const struct type_names *names, uint32_t hash)
{
	return array_lower_bound(names->entries, names->count, sizeof(*names->entries), &hash,
				 entry_compare_hash);
}

/* Returns the name of the first type with this hash; `ret_single`: no type with another name has it. */
static const char *find_name(const struct type_names *names, uint32_t hash, bool *ret_single)
{
	const char *found = NULL;

	*ret_single = true;
	if (!names)
		return NULL;
	for (size_t i = find_first(names, hash); i < names->count && names->entries[i].hash == hash;
	     i++) {
		const char *name = names->text + names->entries[i].name;

		if (found && strcmp(found, name) != 0)
			*ret_single = false;
		found = found ? found : name;
	}
	return found;
}

const char *type_names_find(const struct type_names *names, uint32_t hash)
{
	bool single;
	const char *name = find_name(names, hash, &single);

	return single ? name : NULL;
}

bool type_names_are_ambiguous(const struct type_names *names, uint32_t hash)
{
	bool single;

	find_name(names, hash, &single);
	return !single;
}
