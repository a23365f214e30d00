/* SPDX-License-Identifier: MIT */
#include "joiner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* Entries are found by hash chain and kept in order of age; both lists are linked by index. */
struct entry {
	uint64_t key;
	uint32_t target;
	uint32_t chain;
	uint32_t older, newer;
	uint8_t *record;
	uint32_t size, capacity;
};

struct joiner {
	uint32_t limit;
	uint32_t count;
	struct entry *entries;
	uint32_t capacity; /* of entries */
	uint32_t free;	   /* first of the free entries, linked by chain */
	uint32_t oldest, newest;
	uint32_t *buckets; /* a power of two of them, at least as many as entries */
	uint8_t *taken;	   /* the record handed out last */
	uint32_t taken_capacity;
};

static uint32_t bucket_of(const struct joiner *joiner, uint32_t target, uint64_t key)
{
	/* Keys are addresses of Go objects: their low bits say little. Fibonacci hashing. */
	uint64_t hash = (key ^ (uint64_t)target << 40) * 0x9e3779b97f4a7c15ull;

	return hash >> 32 & (joiner->capacity - 1);
}

static void chain_insert(struct joiner *joiner, uint32_t index)
{
	struct entry *entry = &joiner->entries[index];
	uint32_t *bucket = &joiner->buckets[bucket_of(joiner, entry->target, entry->key)];

	entry->chain = *bucket;
	*bucket = index;
}

static void chain_remove(struct joiner *joiner, uint32_t index)
{
	struct entry *entry = &joiner->entries[index];
	uint32_t *link = &joiner->buckets[bucket_of(joiner, entry->target, entry->key)];

	while (*link != index)
		link = &joiner->entries[*link].chain;
	*link = entry->chain;
}

static uint32_t chain_find(const struct joiner *joiner, uint32_t target, uint64_t key)
{
	uint32_t index = joiner->buckets[bucket_of(joiner, target, key)];

	while (index != NONE && (joiner->entries[index].key != key ||
				 joiner->entries[index].target != target))
		index = joiner->entries[index].chain;
	return index;
}

static void age_append(struct joiner *joiner, uint32_t index)
{
	struct entry *entry = &joiner->entries[index];

	entry->older = joiner->newest;
	entry->newer = NONE;
	if (joiner->newest == NONE)
		joiner->oldest = index;
	else
		joiner->entries[joiner->newest].newer = index;
	joiner->newest = index;
}

static void age_remove(struct joiner *joiner, uint32_t index)
{
	struct entry *entry = &joiner->entries[index];

	if (entry->older == NONE)
		joiner->oldest = entry->newer;
	else
		joiner->entries[entry->older].newer = entry->newer;
	if (entry->newer == NONE)
		joiner->newest = entry->older;
	else
		joiner->entries[entry->newer].older = entry->older;
}

/* Doubles the entries; the hash chains are laid anew. */
static int grow(struct joiner *joiner)
{
	uint32_t capacity = joiner->capacity ? 2 * joiner->capacity : 64;
	struct entry *entries = realloc(joiner->entries, capacity * sizeof(*entries));
	uint32_t *buckets;

	if (!entries)
		return -ENOMEM;
	joiner->entries = entries;
	buckets = realloc(joiner->buckets, capacity * sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	joiner->buckets = buckets;
	memset(entries + joiner->capacity, 0, (capacity - joiner->capacity) * sizeof(*entries));
	for (uint32_t i = joiner->capacity; i < capacity; i++)
		entries[i].chain = i + 1 < capacity ? i + 1 : joiner->free;
	joiner->free = joiner->capacity;
	joiner->capacity = capacity;
	for (uint32_t i = 0; i < capacity; i++)
		buckets[i] = NONE;
	for (uint32_t i = joiner->oldest; i != NONE; i = entries[i].newer)
		chain_insert(joiner, i);
	return 0;
}

int joiner_create(uint32_t limit, struct joiner **ret_joiner)
{
	struct joiner *joiner = calloc(1, sizeof(*joiner));

	if (!joiner)
		return -ENOMEM;
	joiner->limit = limit;
	joiner->free = joiner->oldest = joiner->newest = NONE;
	if (grow(joiner) < 0) {
		joiner_destroy(joiner);
		return -ENOMEM;
	}
	*ret_joiner = joiner;
	return 0;
}

void joiner_destroy(struct joiner *joiner)
{
	if (!joiner)
		return;
	for (uint32_t i = 0; i < joiner->capacity; i++)
		free(joiner->entries[i].record);
	free(joiner->entries);
	free(joiner->buckets);
	free(joiner->taken);
	free(joiner);
}

uint32_t joiner_count(const struct joiner *joiner)
{
	return joiner->count;
}

/* The entry's buffer and the one handed out last change places, so that neither is allocated anew. */
static void take(struct joiner *joiner, uint32_t index, struct bytes *ret_record)
{
	struct entry *entry = &joiner->entries[index];
	uint8_t *record = entry->record;
	uint32_t capacity = entry->capacity;

	chain_remove(joiner, index);
	age_remove(joiner, index);
	entry->record = joiner->taken;
	entry->capacity = joiner->taken_capacity;
	joiner->taken = record;
	joiner->taken_capacity = capacity;
	*ret_record = (struct bytes){record, entry->size};
	entry->chain = joiner->free;
	joiner->free = index;
	joiner->count--;
}

static int store(struct entry *entry, struct bytes record)
{
	if (record.size > entry->capacity) {
		uint8_t *data = realloc(entry->record, record.size);

		if (!data)
			return -ENOMEM;
		entry->record = data;
		entry->capacity = record.size;
	}
	memcpy(entry->record, record.data, record.size);
	entry->size = record.size;
	return 0;
}

int joiner_open(struct joiner *joiner, uint32_t target, uint64_t key, struct bytes record,
		struct bytes *ret_displaced)
{
	uint32_t index = chain_find(joiner, target, key);
	int displaced = 0;
	struct entry *entry;

	if (index == NONE && joiner->count == joiner->limit)
		index = joiner->oldest;
	if (index != NONE) {
		take(joiner, index, ret_displaced);
		displaced = 1;
	}
	if (joiner->free == NONE && grow(joiner) < 0)
		return -ENOMEM;
	index = joiner->free;
	entry = &joiner->entries[index];
	if (store(entry, record) < 0)
		return -ENOMEM;
	joiner->free = entry->chain;
	entry->key = key;
	entry->target = target;
	chain_insert(joiner, index);
	age_append(joiner, index);
	joiner->count++;
	return displaced;
}

bool joiner_take(struct joiner *joiner, uint32_t target, uint64_t key, struct bytes *ret_record)
{
	uint32_t index = chain_find(joiner, target, key);

	if (index == NONE)
		return false;
	take(joiner, index, ret_record);
	return true;
}

bool joiner_take_any(struct joiner *joiner, uint32_t target, struct bytes *ret_record)
{
	for (uint32_t i = joiner->oldest; i != NONE; i = joiner->entries[i].newer) {
		if (joiner->entries[i].target == target) {
			take(joiner, i, ret_record);
			return true;
		}
	}
	return false;
}
