/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARENA_H
#define GOHTTPSNOOP_ABI_ARENA_H

#include <stddef.h>

/*
 * Memory that is released all at once: types refer to each other in cycles, so none of them can own
 * another. Embedded in its owner; a zeroed struct is a valid empty arena.
 */
struct arena {
	struct arena_block *blocks;
	size_t total; /* allocated bytes */
	size_t limit; /* limit on `total`; 0: none. Type descriptions come from traced binaries */
};

void arena_finish(struct arena *arena);

/*
 * Zeroed memory for `count` items of `size` bytes, aligned for any type; NULL if out of memory or
 * beyond the limit.
 */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of `length` bytes at `text`. */
char *arena_string(struct arena *arena, const char *text, size_t length);

#endif
