/* SPDX-License-Identifier: MIT */
#include "printable.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "character.h"

void printable_add(struct printable *text, const char *data, size_t size)
{
	if (size > text->size - 1 - text->used) {
		text->size = text->used + 1;
		return;
	}
	memcpy(text->buffer + text->used, data, size);
	text->used += size;
}

void printable_add_escaped(struct printable *text, const char *data, size_t size)
{
	for (size_t at = 0, length; at < size; at += length) {
		uint32_t character = 0;
		char escape[16];
		int escape_length;

		length = character_decode(data + at, size - at, &character);
		if (length && !character_is_control(character)) {
			printable_add(text, data + at, length);
			continue;
		}
		if (length > 1)
			escape_length = snprintf(escape, sizeof(escape), "\\u%04x", character);
		else
			escape_length = snprintf(escape, sizeof(escape), "\\x%02x",
						 (unsigned char)data[at]);
		printable_add(text, escape, (size_t)escape_length);
		length = length ? length : 1;
	}
}

void printable_end(struct printable *text)
{
	text->buffer[text->used] = '\0';
}

void printable_format(char *buffer, size_t size, const char *format, ...)
{
	struct printable text = { buffer, size, 0 };
	char sentence[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	printable_add_escaped(&text, sentence, strlen(sentence));
	printable_end(&text);
}
