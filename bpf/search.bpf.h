/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Searches a Go map for an entry, group by group. The hash of a key cannot be computed here (it is salted and uses
 * AES instructions), so this is a bounded scan. The layout of the map is in the plan's search; this code only knows
 * the two ways to find all groups.
 */
#ifndef GOHTTPSNOOP_BPF_SEARCH_BPF_H
#define GOHTTPSNOOP_BPF_SEARCH_BPF_H

#include "contract.h"
#include "user_memory.bpf.h"

enum {
	HEADER_SIZE = 64, /* bytes of a map's or a table's header that are read */
	HEADER_MASK = HEADER_SIZE - 1,
	LARGEST_EXPONENT = 24,
	/*
	 * What a bucket notes about an entry. These values mean that the bucket has moved to the newer array; all
	 * larger ones mean that the entry exists (golang/go src/runtime/map.go, evacuatedX to minTopHash).
	 */
	ENTRY_MOVED = 2,
	ENTRY_LEAST = 5,
	ENTRY_ABSENT = 0x80, /* a bit, in groups of tables */
};

/* The state of a search. It is in map memory for the same reason as the interpreter's state. */
struct search_progress {
	__u64 group; /* the next group of a chain; 0: the next one of the array */
	__u64 array, array_index, array_count;
	__u64 older, older_count;
	__u64 directory, directory_index, directory_size, table;
	__u64 next_table;
	__u64 key, element; /* the entry that was found */
	__u32 pass_over;
	__u32 is_older;
	__u8 header[HEADER_SIZE + 8];
	__u8 states[SEARCH_GROUP_SLOTS]; /* of a group's entries */
	__u64 text[2];
	__u64 candidate[SEARCH_KEY_SIZE / 8];
};

static __always_inline __u64 header_word(const struct search_progress *progress, __u8 at)
{
	return *(const __u64 *)(progress->header + (at & HEADER_MASK));
}

static __always_inline bool begin_buckets(struct search_progress *progress,
					  const struct plan_search *search)
{
	__u64 exponent = progress->header[search->count_at & HEADER_MASK];
	bool same_size = progress->header[search->flags_at & HEADER_MASK] & search->same_size;

	if (exponent > LARGEST_EXPONENT)
		return false;
	progress->array = header_word(progress, search->groups_at);
	progress->array_count = 1ull << exponent;
	progress->older = header_word(progress, search->older_at);
	progress->older_count = same_size ? progress->array_count : progress->array_count >> 1;
	return true;
}

static __always_inline void begin_tables(struct search_progress *progress,
					 const struct plan_search *search)
{
	progress->directory = header_word(progress, search->directory_at);
	progress->directory_size = header_word(progress, search->directory_size_at);
	if (progress->directory_size == 0) {
		progress->array = progress->directory;
		progress->array_count = 1;
	}
}

static __always_inline bool begin_search(struct search_progress *progress,
					 const struct plan_search *search, __u64 map,
					 __u32 pass_over)
{
	progress->group = 0;
	progress->array_index = 0;
	progress->array_count = 0;
	progress->older = 0;
	progress->is_older = 0;
	progress->directory_index = 0;
	progress->directory_size = 0;
	progress->table = 0;
	progress->key = 0;
	progress->pass_over = pass_over;
	if (!read_user(progress->header, HEADER_SIZE / 4 * 3, map))
		return false;
	if (search->layout == SEARCH_BUCKETS)
		return begin_buckets(progress, search);
	begin_tables(progress, search);
	return true;
}

/* Moves to the next table of the directory. One table can occupy several adjacent places in it. */
static __always_inline bool next_table(struct search_progress *progress,
				       const struct plan_search *search)
{
	if (progress->directory_index >= progress->directory_size ||
	    !read_user(&progress->next_table, sizeof(progress->next_table),
		       progress->directory + 8 * progress->directory_index))
		return false;
	progress->directory_index++;
	if (progress->next_table == progress->table)
		return true;
	progress->table = progress->next_table;
	if (!read_user(progress->header, HEADER_SIZE / 2, progress->table))
		return false;
	progress->array = header_word(progress, search->groups_at);
	progress->array_index = 0;
	progress->array_count = header_word(progress, search->count_at) + 1;
	return true;
}

/* Returns false after the last group. An iteration may end without a group if more reads are needed to reach it. */
static __always_inline bool next_group(struct search_progress *progress,
				       const struct plan_search *search)
{
	if (progress->array_index < progress->array_count) {
		progress->group = progress->array + search->group_size * progress->array_index++;
		return true;
	}
	if (progress->directory_size)
		return next_table(progress, search);
	if (!progress->older)
		return false;
	progress->array = progress->older;
	progress->array_count = progress->older_count;
	progress->array_index = 0;
	progress->older = 0;
	progress->is_older = 1;
	return true;
}

static __always_inline bool is_live(const struct plan_search *search, __u8 state)
{
	return search->layout == SEARCH_BUCKETS ? state >= ENTRY_LEAST : !(state & ENTRY_ABSENT);
}

static __always_inline bool matches(struct search_progress *progress,
				    const struct plan_search *search, __u64 key)
{
	const __u64 *wanted = (const __u64 *)search->wanted;
	__u32 size = search->key_size;
	__u64 difference = 0;

	if (search->match == SEARCH_ANY)
		return true;
	if (size > SEARCH_KEY_SIZE)
		return false;
	if (search->match == SEARCH_STRING) {
		if (!read_user(progress->text, sizeof(progress->text), key) ||
		    progress->text[1] != size)
			return false;
		key = progress->text[0];
	}
	for (int i = 0; i < SEARCH_KEY_SIZE / 8; i++)
		progress->candidate[i] = 0;
	if (size && !read_user(progress->candidate, size, key))
		return false;
	for (int i = 0; i < SEARCH_KEY_SIZE / 8; i++)
		difference |= progress->candidate[i] ^ wanted[i];
	return difference == 0;
}

/* Returns whether the entry at this place matches, and stores its addresses in `progress`. */
static __noinline bool take_entry(struct search_progress *progress,
				  const struct plan_search *search, __u32 slot)
{
	__u64 key = progress->group + search->key + slot * search->key_stride;

	if (!matches(progress, search, key) || progress->pass_over--)
		return false;
	progress->key = progress->group + search->key + slot * search->key_stride;
	progress->element = progress->group + search->element + slot * search->element_stride;
	return true;
}

/* The entries of a bucket that has moved are found in the newer array. */
static __always_inline bool has_moved(const struct search_progress *progress)
{
	return progress->is_older && progress->states[0] >= ENTRY_MOVED &&
	       progress->states[0] < ENTRY_LEAST;
}

/* Returns whether the group contains the entry that is searched for. */
static __noinline bool look_at_group(struct search_progress *progress,
				     const struct plan_search *search)
{
	if (!read_user(progress->states, sizeof(progress->states), progress->group))
		return false;
	if (has_moved(progress)) {
		progress->group = 0;
		return false;
	}
	for (__u32 slot = 0; slot < SEARCH_GROUP_SLOTS; slot++) {
		if (is_live(search, progress->states[slot]) && take_entry(progress, search, slot))
			return true;
	}
	if (search->layout == SEARCH_TABLES ||
	    !read_user(&progress->group, sizeof(progress->group), progress->group + search->next))
		progress->group = 0;
	return false;
}

struct search_context {
	struct search_progress *progress;
	const struct plan_search *search;
};

/* One iteration of bpf_loop(): returns 1 to end it. */
static long search_turn(__u32 turn __attribute__((unused)), struct search_context *context)
{
	struct search_progress *progress = context->progress;
	const struct plan_search *search = context->search;

	if (!progress->group && !next_group(progress, search))
		return 1;
	return progress->group && look_at_group(progress, search);
}

/* Finds the entry and stores the addresses of its key and element in `progress`. */
static __noinline bool find_entry(struct search_progress *progress,
				  const struct plan_search *search, __u64 map, __u32 pass_over)
{
	struct search_context context = { progress, search };

	if (!begin_search(progress, search, map, pass_over))
		return false;
	bpf_loop(SEARCH_MAX_GROUPS, search_turn, &context, 0);
	return progress->key != 0;
}

#endif
