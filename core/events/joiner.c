/* SPDX-License-Identifier: MIT */
#include "joiner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE JOINER_NONE

/* The ways to find entries; each has its own hash chains. */
enum index { BY_KEY, BY_OWNER, BY_CONTEXT, BY_HELPER, INDEX_COUNT };

/* Entries are also kept in order of age. All lists are linked by entry numbers. */
struct entry {
	uint64_t identity[INDEX_COUNT]; /* the key, the owner, the context, the helper */
	uint32_t chain[INDEX_COUNT];
	uint32_t target;
	uint32_t older, newer;
	uint8_t *buffer; /* the note, then the record */
	uint32_t size, capacity;
};

struct joiner {
	uint32_t limit;
	uint32_t note_size;
	uint32_t count;
	size_t max_bytes, bytes; /* of all buffers, also of free entries */
	struct entry *entries;
	uint32_t capacity; /* of entries */
	uint32_t free;	   /* first of the free entries, linked by chain[BY_KEY] */
	uint32_t oldest, newest;
	uint32_t *buckets[INDEX_COUNT]; /* as many as entries, a power of two */
	uint8_t *taken;			/* the buffer of the record handed out last */
	uint32_t taken_capacity;
};

static uint32_t *bucket_of(const struct joiner *joiner, enum index index, uint32_t target,
			   uint64_t identity)
{
	/* Fibonacci hashing, because keys are addresses of Go objects, and their low bits say little. */
	uint64_t hash = (identity ^ (uint64_t)target << 40) * 0x9e3779b97f4a7c15ull;

	return &joiner->buckets[index][hash >> 32 & (joiner->capacity - 1)];
}

/* All entries without this identity would be in one chain, and none is found by it. */
static bool is_indexed(const struct entry *entry, enum index index)
{
	return index == BY_KEY || entry->identity[index];
}

static void chain_insert(struct joiner *joiner, enum index index, uint32_t number)
{
	struct entry *entry = &joiner->entries[number];
	uint32_t *bucket = bucket_of(joiner, index, entry->target, entry->identity[index]);

	if (!is_indexed(entry, index))
		return;
	entry->chain[index] = *bucket;
	*bucket = number;
}

static void chain_remove(struct joiner *joiner, enum index index, uint32_t number)
{
	const struct entry *entry = &joiner->entries[number];
	uint32_t *link = bucket_of(joiner, index, entry->target, entry->identity[index]);

	if (!is_indexed(entry, index))
		return;
	while (*link != number)
		link = &joiner->entries[*link].chain[index];
	*link = entry->chain[index];
}

static void chains_insert(struct joiner *joiner, uint32_t number)
{
	for (enum index index = 0; index < INDEX_COUNT; index++)
		chain_insert(joiner, index, number);
}

static void chains_remove(struct joiner *joiner, uint32_t number)
{
	for (enum index index = 0; index < INDEX_COUNT; index++)
		chain_remove(joiner, index, number);
}

static uint32_t joiner_find_entry(const struct joiner *joiner, enum index index, uint32_t target,
				  uint64_t identity)
{
	uint32_t number = *bucket_of(joiner, index, target, identity);

	while (number != NONE && (joiner->entries[number].identity[index] != identity ||
				  joiner->entries[number].target != target))
		number = joiner->entries[number].chain[index];
	return number;
}

static void age_append(struct joiner *joiner, uint32_t number)
{
	struct entry *entry = &joiner->entries[number];

	entry->older = joiner->newest;
	entry->newer = NONE;
	if (joiner->newest == NONE)
		joiner->oldest = number;
	else
		joiner->entries[joiner->newest].newer = number;
	joiner->newest = number;
}

static void age_remove(struct joiner *joiner, uint32_t number)
{
	struct entry *entry = &joiner->entries[number];

	if (entry->older == NONE)
		joiner->oldest = entry->newer;
	else
		joiner->entries[entry->older].newer = entry->newer;
	if (entry->newer == NONE)
		joiner->newest = entry->older;
	else
		joiner->entries[entry->newer].older = entry->older;
}

/* Doubles the entries and rebuilds the hash chains. */
static int joiner_grow(struct joiner *joiner)
{
	uint32_t capacity = joiner->capacity ? 2 * joiner->capacity : 64;
	struct entry *entries = realloc(joiner->entries, capacity * sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	joiner->entries = entries;
	for (enum index index = 0; index < INDEX_COUNT; index++) {
		uint32_t *buckets = realloc(joiner->buckets[index], capacity * sizeof(*buckets));

		if (!buckets)
			return -ENOMEM;
		joiner->buckets[index] = buckets;
	}
	memset(entries + joiner->capacity, 0, (capacity - joiner->capacity) * sizeof(*entries));
	for (uint32_t i = joiner->capacity; i < capacity; i++)
		entries[i].chain[BY_KEY] = i + 1 < capacity ? i + 1 : joiner->free;
	joiner->free = joiner->capacity;
	joiner->capacity = capacity;
	for (enum index index = 0; index < INDEX_COUNT; index++) {
		for (uint32_t i = 0; i < capacity; i++)
			joiner->buckets[index][i] = NONE;
	}
	for (uint32_t i = joiner->oldest; i != NONE; i = entries[i].newer)
		chains_insert(joiner, i);
	return 0;
}

int joiner_create(uint32_t limit, size_t max_bytes, uint32_t note_size, struct joiner **ret_joiner)
{
	struct joiner *joiner = calloc(1, sizeof(*joiner));

	if (!joiner)
		return -ENOMEM;
	joiner->limit = limit;
	joiner->max_bytes = max_bytes;
	joiner->note_size = note_size;
	joiner->free = joiner->oldest = joiner->newest = NONE;
	if (joiner_grow(joiner) < 0) {
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
		free(joiner->entries[i].buffer);
	free(joiner->entries);
	for (enum index index = 0; index < INDEX_COUNT; index++)
		free(joiner->buckets[index]);
	free(joiner->taken);
	free(joiner);
}

uint32_t joiner_count(const struct joiner *joiner)
{
	return joiner->count;
}

static void buffer_free(struct joiner *joiner, struct entry *entry)
{
	joiner->bytes -= entry->capacity;
	free(entry->buffer);
	entry->buffer = NULL;
	entry->capacity = 0;
}

static struct bytes record_of(const struct joiner *joiner, const struct entry *entry)
{
	return (struct bytes){ entry->buffer + joiner->note_size, entry->size };
}

void *joiner_note(const struct joiner *joiner, struct bytes record)
{
	return (uint8_t *)record.data - joiner->note_size;
}

/*
 * Returns the entry's record and frees the entry. The entry gets the buffer that was returned last, so that
 * both are reused, unless the buffers take too much memory.
 */
static void joiner_take_entry(struct joiner *joiner, uint32_t number, struct bytes *ret_record)
{
	struct entry *entry = &joiner->entries[number];
	uint8_t *buffer = entry->buffer;
	uint32_t capacity = entry->capacity;

	*ret_record = record_of(joiner, entry);
	chains_remove(joiner, number);
	age_remove(joiner, number);
	entry->buffer = joiner->taken;
	entry->capacity = joiner->taken_capacity;
	joiner->taken = buffer;
	joiner->taken_capacity = capacity;
	if (joiner->bytes > joiner->max_bytes / 2)
		buffer_free(joiner, entry);
	entry->chain[BY_KEY] = joiner->free;
	joiner->free = number;
	joiner->count--;
}

static int store(struct joiner *joiner, struct entry *entry, struct bytes record)
{
	uint32_t size = joiner->note_size + record.size;

	if (size > entry->capacity) {
		uint8_t *data = realloc(entry->buffer, size);

		if (!data)
			return -ENOMEM;
		joiner->bytes += size - entry->capacity;
		entry->buffer = data;
		entry->capacity = size;
	}
	memset(entry->buffer, 0, joiner->note_size);
	memcpy(entry->buffer + joiner->note_size, record.data, record.size);
	entry->size = record.size;
	return 0;
}

int joiner_open(struct joiner *joiner, const struct joiner_identity *identity, struct bytes record,
		struct bytes *ret_displaced)
{
	uint32_t displaced = joiner_find_entry(joiner, BY_KEY, identity->target, identity->key);
	uint32_t number;
	struct entry *entry;

	if (joiner->free == NONE && joiner_grow(joiner) < 0)
		return -ENOMEM;
	number = joiner->free;
	entry = &joiner->entries[number];
	if (store(joiner, entry, record) < 0)
		return -ENOMEM;
	joiner->free = entry->chain[BY_KEY];
	if (displaced == NONE && joiner->count == joiner->limit)
		displaced = joiner->oldest;
	if (displaced != NONE)
		joiner_take_entry(joiner, displaced, ret_displaced);
	entry->identity[BY_KEY] = identity->key;
	entry->identity[BY_OWNER] = identity->owner;
	entry->identity[BY_CONTEXT] = identity->context;
	entry->identity[BY_HELPER] = 0;
	entry->target = identity->target;
	chains_insert(joiner, number);
	age_append(joiner, number);
	joiner->count++;
	return displaced != NONE;
}

static bool take_found(struct joiner *joiner, uint32_t number, struct bytes *ret_record)
{
	if (number == NONE)
		return false;
	joiner_take_entry(joiner, number, ret_record);
	return true;
}

bool joiner_take_excess(struct joiner *joiner, struct bytes *ret_record)
{
	return joiner->bytes > joiner->max_bytes && take_found(joiner, joiner->oldest, ret_record);
}

bool joiner_take(struct joiner *joiner, uint32_t target, uint64_t key, struct bytes *ret_record)
{
	return take_found(joiner, joiner_find_entry(joiner, BY_KEY, target, key), ret_record);
}

bool joiner_take_owned(struct joiner *joiner, uint32_t target, uint64_t owner,
		       struct bytes *ret_record)
{
	return owner &&
	       take_found(joiner, joiner_find_entry(joiner, BY_OWNER, target, owner), ret_record);
}

static bool look_found(const struct joiner *joiner, uint32_t number, struct bytes *ret_record)
{
	if (number == NONE)
		return false;
	*ret_record = record_of(joiner, &joiner->entries[number]);
	return true;
}

bool joiner_look(const struct joiner *joiner, uint32_t target, uint64_t key,
		 struct bytes *ret_record)
{
	return look_found(joiner, joiner_find_entry(joiner, BY_KEY, target, key), ret_record);
}

bool joiner_look_owned(const struct joiner *joiner, uint32_t target, uint64_t owner,
		       struct bytes *ret_record)
{
	return owner &&
	       look_found(joiner, joiner_find_entry(joiner, BY_OWNER, target, owner), ret_record);
}

bool joiner_look_context(const struct joiner *joiner, uint32_t target, uint64_t context,
			 struct bytes *ret_record)
{
	return context && look_found(joiner, joiner_find_entry(joiner, BY_CONTEXT, target, context),
				     ret_record);
}

static void replace_helper(struct joiner *joiner, uint32_t number, uint64_t helper)
{
	chain_remove(joiner, BY_HELPER, number);
	joiner->entries[number].identity[BY_HELPER] = helper;
	chain_insert(joiner, BY_HELPER, number);
}

void joiner_drop_helper(struct joiner *joiner, uint32_t target, uint64_t helper)
{
	uint32_t number = joiner_find_entry(joiner, BY_HELPER, target, helper);

	if (number != NONE)
		replace_helper(joiner, number, 0);
}

bool joiner_set_helper(struct joiner *joiner, uint32_t target, uint64_t context, uint64_t helper)
{
	uint32_t number = joiner_find_entry(joiner, BY_CONTEXT, target, context);

	if (!context || number == NONE)
		return false;
	joiner_drop_helper(joiner, target, helper);
	replace_helper(joiner, number, helper);
	return true;
}

bool joiner_look_helped(const struct joiner *joiner, uint32_t target, uint64_t helper,
			struct bytes *ret_record)
{
	return helper &&
	       look_found(joiner, joiner_find_entry(joiner, BY_HELPER, target, helper), ret_record);
}

bool joiner_take_of_target(struct joiner *joiner, uint32_t target, uint32_t *passed,
			   struct bytes *ret_record)
{
	uint32_t number = *passed == NONE ? joiner->oldest : joiner->entries[*passed].newer;

	while (number != NONE && joiner->entries[number].target != target) {
		*passed = number;
		number = joiner->entries[number].newer;
	}
	return take_found(joiner, number, ret_record);
}

bool joiner_take_oldest(struct joiner *joiner, struct bytes *ret_record)
{
	return take_found(joiner, joiner->oldest, ret_record);
}

bool joiner_look_next(const struct joiner *joiner, uint32_t *at, struct bytes *ret_record)
{
	*at = *at == NONE ? joiner->oldest : joiner->entries[*at].newer;
	if (*at == NONE)
		return false;
	*ret_record = record_of(joiner, &joiner->entries[*at]);
	return true;
}
