/* SPDX-License-Identifier: MIT */
#include "failing_allocations.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The linker's names: __wrap_ is what our code calls, __real_ what it would have called. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

enum { SLOTS = 1 << 16 };

/* Live allocations by address: our code may also free memory that a library allocated. */
static uintptr_t known[SLOTS];
static size_t live;
static size_t left; /* allocations until one fails; 0: none will fail */
static bool has_failed, paused;

void allocations_fail_at(size_t n)
{
	left = n;
	has_failed = false;
}

void allocations_pause(bool is_paused)
{
	paused = is_paused;
}

bool allocations_have_failed(void)
{
	left = 0;
	return has_failed;
}

size_t allocations_live(void)
{
	return live;
}

static bool is_refused(void)
{
	if (paused || left == 0 || --left > 0)
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

/* Returns the slot of an address, or a free slot. */
static size_t slot_of(uintptr_t address)
{
	size_t slot = (address >> 4) * 2654435761u % SLOTS;

	while (known[slot] && known[slot] != address)
		slot = (slot + 1) % SLOTS;
	return slot;
}

static void *remember(void *memory)
{
	if (!memory)
		return NULL;
	if (live > SLOTS / 2)
		abort();
	known[slot_of((uintptr_t)memory)] = (uintptr_t)memory;
	live++;
	return memory;
}

/* Moves the entries after it up, so that they are found. */
static void forget(const void *memory)
{
	size_t slot = slot_of((uintptr_t)memory);

	if (!memory || !known[slot])
		return;
	known[slot] = 0;
	live--;
	for (slot = (slot + 1) % SLOTS; known[slot]; slot = (slot + 1) % SLOTS) {
		uintptr_t moved = known[slot];

		known[slot] = 0;
		known[slot_of(moved)] = moved;
	}
}

void *__wrap_malloc(size_t size)
{
	return is_refused() ? NULL : remember(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : remember(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
	if (is_refused())
		return NULL;
	forget(memory);
	return remember(__real_realloc(memory, size));
}

char *__wrap_strdup(const char *text)
{
	return is_refused() ? NULL : remember(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t size)
{
	return is_refused() ? NULL : remember(__real_strndup(text, size));
}

void __wrap_free(void *memory)
{
	forget(memory);
	__real_free(memory);
}
