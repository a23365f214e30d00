/* SPDX-License-Identifier: MIT */
/*
 * Evidence: golang/go src/runtime/map.go up to Go 1.23 (hmap, bmap), src/internal/runtime/maps/{map,table}.go
 * from Go 1.24 on (Map, table, directory). abi/types/map_layout.c says where keys and elements lie in a
 * group; tests/truth compares that with DWARF.
 */
#include "go_map.h"

#include <stdio.h>
#include <stdlib.h>

#include "map_layout.h"

enum {
	WORD = 8,
	SLOTS = SEARCH_GROUP_SLOTS,
	HEADER = 48, /* of maps of both kinds */
	TABLE = 32,
	TABLE_GROUPS = 2, /* of one table in these maps */
	/* Values of the byte that describes a slot. */
	BUCKET_EMPTY = 0,
	BUCKET_DELETED = 1,
	BUCKET_MOVED = 3,
	BUCKET_ENTRY = 5,
	TABLE_EMPTY = 0x80,
	TABLE_DELETED = 0xfe,
};

struct maker {
	struct go_heap *heap;
	const struct go_value *map;
	struct map_layout layout;
	size_t entries; /* includes deleted entries */
};

static void put_word(const struct maker *maker, uint64_t address, uint64_t word)
{
	fake_memory_put(maker->heap->memory, address, word, WORD);
}

static size_t power_from(size_t least)
{
	size_t power = 1;

	while (power < least)
		power *= 2;
	return power;
}

static bool has_tables(const struct maker *maker)
{
	return maker->layout.search.layout == SEARCH_TABLES;
}

static uint8_t empty_state(const struct maker *maker)
{
	return has_tables(maker) ? TABLE_EMPTY : BUCKET_EMPTY;
}

static uint8_t state_of(const struct maker *maker, size_t entry)
{
	if (maker->map->parts[2 * entry].is_deleted)
		return has_tables(maker) ? TABLE_DELETED : BUCKET_DELETED;
	return has_tables(maker) ? entry & 0x7f : BUCKET_ENTRY + entry % 200;
}

/* Writes a key or an element; a large one is placed elsewhere, behind a pointer. */
static void put_part(const struct maker *maker, const struct go_value *part, bool is_pointer,
		     uint64_t address)
{
	if (is_pointer)
		put_word(maker, address, go_heap_place(maker->heap, part));
	else
		go_heap_write(maker->heap, part, address);
}

/* Fills a group with up to eight entries, from `first` on. */
static void fill_group(const struct maker *maker, uint64_t group, size_t first)
{
	const struct plan_search *search = &maker->layout.search;

	for (size_t slot = 0; slot < SLOTS; slot++) {
		size_t entry = first + slot;
		bool is_used = entry < maker->entries;

		fake_memory_put(maker->heap->memory, group + slot,
				is_used ? state_of(maker, entry) : empty_state(maker), 1);
		if (!is_used)
			continue;
		put_part(maker, &maker->map->parts[2 * entry], maker->layout.key_is_pointer,
			 group + search->key + slot * search->key_stride);
		put_part(maker, &maker->map->parts[2 * entry + 1], maker->layout.element_is_pointer,
			 group + search->element + slot * search->element_stride);
	}
}

/* Places an array of groups with the entries from `first` on. */
static uint64_t place_groups(const struct maker *maker, size_t count, size_t first)
{
	uint64_t size = maker->layout.search.group_size;
	uint64_t groups = fake_memory_place(maker->heap->memory, count * size);

	for (size_t i = 0; i < count; i++)
		fill_group(maker, groups + i * size, first + i * SLOTS);
	return groups;
}

static void put_buckets(const struct maker *maker, uint64_t header, uint64_t buckets, size_t count)
{
	fake_memory_put(maker->heap->memory, header + 9, (uint64_t)__builtin_ctzll(count), 1);
	put_word(maker, header + 16, buckets);
}

/* Places the first bucket in the array, and each further bucket as the overflow of the one before. */
static void chain_buckets(const struct maker *maker, uint64_t header)
{
	uint64_t before = place_groups(maker, 1, 0);

	put_buckets(maker, header, before, 1);
	for (size_t first = SLOTS; first < maker->entries; first += SLOTS) {
		uint64_t bucket = place_groups(maker, 1, first);

		put_word(maker, before + maker->layout.search.next, bucket);
		before = bucket;
	}
}

/*
 * The first of two older buckets has moved to the newer array. As in the runtime, its entries are still in
 * the older bucket, which is marked as moved.
 */
static void grow_buckets(const struct maker *maker, uint64_t header)
{
	uint64_t older = place_groups(maker, 2, 0);
	struct maker moved = *maker;

	fake_memory_put(maker->heap->memory, older, BUCKET_MOVED, 1);
	moved.entries = maker->entries < SLOTS ? maker->entries : SLOTS;
	put_buckets(maker, header, place_groups(&moved, 4, 0), 4);
	put_word(maker, header + 24, older);
}

static void place_buckets(const struct maker *maker, uint64_t header)
{
	size_t count = power_from((maker->entries + SLOTS - 1) / SLOTS);

	if (maker->map->map_form == GO_MAP_CHAINED)
		chain_buckets(maker, header);
	else if (maker->map->map_form == GO_MAP_GROWING)
		grow_buckets(maker, header);
	else
		put_buckets(maker, header, place_groups(maker, count, 0), count);
}

static uint64_t place_table(const struct maker *maker, size_t first)
{
	uint64_t table = fake_memory_place(maker->heap->memory, TABLE);

	put_word(maker, table + 16, place_groups(maker, TABLE_GROUPS, first));
	put_word(maker, table + 24, TABLE_GROUPS - 1);
	return table;
}

/* The directory has two places for each table. The last table has all places that are left. */
static void place_tables(const struct maker *maker, uint64_t header)
{
	size_t slots = TABLE_GROUPS * SLOTS, tables = (maker->entries + slots - 1) / slots;
	size_t places = 2 * power_from(tables);
	uint64_t directory = fake_memory_place(maker->heap->memory, places * WORD), table = 0;

	for (size_t i = 0; i < places; i++) {
		if (i % 2 == 0 && i / 2 < tables)
			table = place_table(maker, i / 2 * slots);
		put_word(maker, directory + i * WORD, table);
	}
	put_word(maker, header + 16, directory);
	put_word(maker, header + 24, places);
}

static size_t count_live(const struct go_value *map)
{
	size_t count = 0;

	for (size_t i = 0; i < map->count; i += 2)
		count += !map->parts[i].is_deleted;
	return count;
}

uint64_t go_map_place(struct go_heap *heap, const struct go_value *map)
{
	struct maker maker = { .heap = heap, .map = map, .entries = map->count / 2 };
	uint64_t header = fake_memory_place(heap->memory, HEADER);

	if (map_layout_of(heap->types, heap->version, map->type, &maker.layout, NULL) < 0) {
		fprintf(stderr, "a %s has no layout\n", map->type->name);
		abort();
	}
	put_word(&maker, header, count_live(map));
	if (!has_tables(&maker))
		place_buckets(&maker, header);
	else if (maker.entries > SLOTS)
		place_tables(&maker, header);
	else
		put_word(&maker, header + 16, place_groups(&maker, 1, 0));
	return header;
}
