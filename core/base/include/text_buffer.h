/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TEXT_BUFFER_H
#define GOHTTPSNOOP_CORE_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* A text that grows. Zeroed is empty; whoever filled it releases it. */
struct text_buffer {
	char *data;
	size_t size, capacity;
	bool failed; /* there was no memory for all of it */
};

void text_buffer_add(struct text_buffer *text, const char *data, size_t size);
void text_buffer_print(struct text_buffer *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_buffer_release(struct text_buffer *text);

#endif
