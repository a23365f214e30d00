/* SPDX-License-Identifier: MIT */
#include "verifier_log.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { TAIL_LINES = 20 };

/* The last line after the reason: "processed 12 insns (limit 1000000) …" and more figures. */
static const char statistics[] = "processed ";

static size_t verifier_log_size(const char *log)
{
	size_t size = strlen(log);

	while (size && log[size - 1] == '\n')
		size--;
	return size;
}

/* Returns the begin of the line that ends before `end`. */
static size_t line_begin(const char *log, size_t end)
{
	while (end && log[end - 1] != '\n')
		end--;
	return end;
}

/* The kernel writes ASCII. All other bytes are left out. */
static void copy(const char *text, size_t size, char *ret, size_t ret_size)
{
	size_t used = 0;

	for (size_t i = 0; i < size && used < ret_size - 1; i++) {
		unsigned char byte = (unsigned char)text[i];

		ret[used++] = (char)(byte == '\n' || (byte < 0x80 && isprint(byte)) ? byte : ' ');
	}
	ret[used] = '\0';
}

void verifier_log_tail(const char *log, char *tail, size_t size)
{
	size_t end = verifier_log_size(log), begin = end;

	for (int i = 0; i < TAIL_LINES && begin; i++) {
		size_t line = line_begin(log, begin - 1);

		if (end - line >= size)
			break;
		begin = line;
	}
	copy(log + begin, end - begin, tail, size);
}

void verifier_log_verdict(const char *log, char *verdict, size_t size)
{
	size_t end = verifier_log_size(log), begin = line_begin(log, end);

	for (size_t at = begin; at; at = line_begin(log, at - 1)) {
		if (strncmp(log + at, statistics, strlen(statistics)) != 0)
			continue;
		end = at - 1;
		begin = line_begin(log, end);
		break;
	}
	copy(log + begin, end - begin, verdict, size);
}
