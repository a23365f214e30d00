/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "minimum.h"

#define ARENA_BLOCK_SIZE (16u * 1024u)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

void arena_finish(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
	arena->total = 0;
}

static struct arena_block *arena_grow(struct arena *arena, size_t size)
{
	size_t capacity = maximum(size, ARENA_BLOCK_SIZE);
	struct arena_block *block = malloc(sizeof(*block) + capacity);

	if (!block)
		return NULL;
	block->used = 0;
	block->size = capacity;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (arena->limit && (bytes > arena->limit || arena->total > arena->limit - bytes))
		return NULL;
	if (!block || block->size - block->used < bytes)
		block = arena_grow(arena, bytes);
	if (!block)
		return NULL;
	memory = block->data + block->used;
	block->used += bytes;
	arena->total += bytes;
	return memset(memory, 0, bytes);
}

char *arena_string(struct arena *arena, const char *text, size_t length)
{
	char *copy = length < SIZE_MAX ? arena_alloc(arena, length + 1, 1) : NULL;

	if (copy)
		memcpy(copy, text, length);
	return copy;
}
