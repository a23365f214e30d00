/* SPDX-License-Identifier: MIT */
#include "integer_text.h"

#include <stdlib.h>

/* The largest power of ten that fits a word, and the number of its zeros. */
#define CHUNK UINT64_C(10000000000000000000)
enum { CHUNK_DIGITS = 19 };

/* Divides the number by CHUNK; returns the remainder. */
static uint64_t divide(uint64_t *words, size_t count)
{
	__extension__ unsigned __int128 rest = 0;

	while (count--) {
		rest = rest << 64 | words[count];
		words[count] = (uint64_t)(rest / CHUNK);
		rest %= CHUNK;
	}
	return (uint64_t)rest;
}

static size_t trim(const uint64_t *words, size_t count)
{
	while (count && words[count - 1] == 0)
		count--;
	return count;
}

void integer_text(struct text_buffer *text, bool negative, uint64_t *words, size_t count)
{
	/* A word has 20 digits at most. */
	uint64_t *chunks = malloc((count * 20 / CHUNK_DIGITS + 2) * sizeof(*chunks));
	size_t used = 0;

	if (!chunks) {
		text->failed = true;
		return;
	}
	for (count = trim(words, count); count; count = trim(words, count))
		chunks[used++] = divide(words, count);
	text_buffer_print(text, "%s%llu", negative && used ? "-" : "",
			  used ? (unsigned long long)chunks[used - 1] : 0);
	while (used > 1)
		text_buffer_print(text, "%019llu", (unsigned long long)chunks[--used - 1]);
	free(chunks);
}
