/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARENA_H
#define GOHTTPSNOOP_ABI_ARENA_H

#include <stddef.h>

/*
 * Memory that is released all at once: types refer to each other in cycles, so no type can own another. Embed
 * the struct in its owner. A zeroed struct is a valid empty arena.
 */
struct arena {
	struct arena_block *blocks;
	size_t total; /* allocated bytes */
	size_t limit; /* limit on `total`, because types come from untrusted binaries; 0: no limit */
};

void arena_finish(struct arena *arena);

/*
 * Returns zeroed memory for `count` items of `size` bytes, aligned for any type. Returns NULL if there is no
 * memory or the limit would be exceeded. The arena owns the memory.
 */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* Returns a NUL-terminated copy of the `length` bytes at `text`; NULL as arena_alloc(). */
char *arena_string(struct arena *arena, const char *text, size_t length);

#endif
