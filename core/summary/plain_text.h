/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PLAIN_TEXT_H
#define GOHTTPSNOOP_CORE_PLAIN_TEXT_H

#include <stddef.h>

enum { PLAIN_TEXT_SIZE = 512 };

struct plain_text {
	char data[PLAIN_TEXT_SIZE];
};

/* Copies any bytes as a string, cut to its room between two characters. A NUL in them becomes U+FFFD. Returns the string. */
const char *plain_text_copy(struct plain_text *room, const char *bytes, size_t size);

#endif
