/* SPDX-License-Identifier: MIT */
#include "text_buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

static bool text_buffer_reserve(struct text_buffer *text, size_t more)
{
	char *data = array_reserve(text->data, text->size + more, 64, &text->capacity);

	if (data)
		text->data = data;
	else
		text->failed = true;
	return data;
}

void text_buffer_add(struct text_buffer *text, const char *data, size_t size)
{
	if (size == 0 || !text_buffer_reserve(text, size))
		return;
	memcpy(text->data + text->size, data, size);
	text->size += size;
}

void text_buffer_print(struct text_buffer *text, const char *format, ...)
{
	char part[128];
	va_list list;
	int size;

	va_start(list, format);
	size = vsnprintf(part, sizeof(part), format, list);
	va_end(list);
	text_buffer_add(text, part, (size_t)size < sizeof(part) ? (size_t)size : sizeof(part) - 1);
}

void text_buffer_release(struct text_buffer *text)
{
	free(text->data);
	*text = (struct text_buffer){ 0 };
}
