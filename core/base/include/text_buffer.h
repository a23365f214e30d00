/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TEXT_BUFFER_H
#define GOHTTPSNOOP_CORE_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* A text that grows, without a NUL. A zeroed struct is an empty text. The caller releases it. */
struct text_buffer {
	char *data;
	size_t size, capacity;
	bool failed; /* memory ran out; the text is incomplete */
};

void text_buffer_add(struct text_buffer *text, const char *data, size_t size);
/* Appends at most 127 bytes of the formatted text. */
void text_buffer_print(struct text_buffer *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_buffer_release(struct text_buffer *text);

#endif
