/* SPDX-License-Identifier: MIT */
/* Any bytes as the answer of a receiver of OTLP. */
#include <string.h>

#include "answer_reader.h"
#include "fuzz.h"

enum { GUARD = 0x5a };

/* The message fits, and ends, at each size. */
static void check_message(struct bytes answer, size_t size)
{
	char text[65];

	memset(text, GUARD, sizeof(text));
	answer_message(answer, text, size);
	HOLDS(memchr(text, '\0', size));
	for (size_t i = size; i < sizeof(text); i++)
		HOLDS(text[i] == GUARD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { 1, 2, 64 };
	struct bytes answer = { data, size };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		check_message(answer, sizes[i]);
	answer_rejected(answer, "rejectedSpans");
	answer_rejected(answer, "rejectedDataPoints");
	return 0;
}
