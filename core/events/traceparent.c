/* SPDX-License-Identifier: MIT */
#include "traceparent.h"

#include <string.h>

/* 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01: the places of the parts */
enum {
	TRACE_ID_AT = 3,
	SPAN_ID_AT = TRACE_ID_AT + TRACE_ID_SIZE + 1,
	FLAGS_AT = SPAN_ID_AT + SPAN_ID_SIZE + 1,
	HEADER_SIZE = FLAGS_AT + 2,
	SAMPLED = 1, /* a bit of the flags */
};

/* Returns the value of a digit, which is never an upper-case letter; -1 if it is none. */
static int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool are_digits(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (digit_of(text[i]) < 0)
			return false;
	}
	return true;
}

/* An id consists of digits of which one is not 0. */
static bool names_something(const char *text, size_t size)
{
	static const char zeros[] = "00000000000000000000000000000000";

	return are_digits(text, size) && memcmp(text, zeros, size) != 0;
}

/* Version 00 is as long as this, and ff is none. Others begin in the same way. */
static bool has_version(const char *header, size_t size)
{
	if (!are_digits(header, 2) || memcmp(header, "ff", 2) == 0)
		return false;
	return size == HEADER_SIZE || (memcmp(header, "00", 2) != 0 && header[HEADER_SIZE] == '-');
}

static bool traceparent_is_valid(const char *header, size_t size)
{
	return size >= HEADER_SIZE && has_version(header, size) && header[TRACE_ID_AT - 1] == '-' &&
	       names_something(header + TRACE_ID_AT, TRACE_ID_SIZE) &&
	       header[SPAN_ID_AT - 1] == '-' &&
	       names_something(header + SPAN_ID_AT, SPAN_ID_SIZE) && header[FLAGS_AT - 1] == '-' &&
	       are_digits(header + FLAGS_AT, 2);
}

struct traceparent traceparent_parse(struct text header)
{
	struct traceparent found = { .presence = ABSENT };

	if (header.presence != PRESENT || !traceparent_is_valid(header.data, header.size))
		return found;
	found.presence = PRESENT;
	found.trace_id = header.data + TRACE_ID_AT;
	found.span_id = header.data + SPAN_ID_AT;
	found.sampled = digit_of(header.data[FLAGS_AT + 1]) & SAMPLED;
	return found;
}

void trace_copy_take(struct trace_copy *copy, const struct traceparent *trace)
{
	if (trace->presence != PRESENT)
		return;
	copy->is_known = true;
	memcpy(copy->trace_id, trace->trace_id, TRACE_ID_SIZE);
	memcpy(copy->span_id, trace->span_id, SPAN_ID_SIZE);
}
