/* SPDX-License-Identifier: MIT */
#include "path_fold.h"

#include <stdbool.h>
#include <string.h>

enum { LEAST_ID = 8, DIGIT_SHARE = 3 };

static bool is_digit_byte(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_id_byte(char byte)
{
	return is_digit_byte(byte) || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_';
}

static bool is_id_segment(const char *segment, size_t size)
{
	size_t digits = 0;

	for (size_t i = 0; i < size; i++) {
		if (!is_id_byte(segment[i]))
			return false;
		digits += is_digit_byte(segment[i]);
	}
	return size && (digits == size || (size >= LEAST_ID && digits * DIGIT_SHARE >= size));
}

void path_fold(const char *path, char *room, size_t size)
{
	size_t used = 0;

	while (*path && used + 1 < size) {
		size_t segment = strcspn(path, "/");

		if (is_id_segment(path, segment)) {
			room[used++] = '*';
			path += segment;
		}
		for (; *path && *path != '/' && used + 1 < size; path++)
			room[used++] = *path;
		if (*path == '/' && used + 1 < size)
			room[used++] = *path++;
	}
	room[used] = '\0';
}
