/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "character.h"

int error_fail(struct error *err, int code, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!err)
		return code;
	/* A hint or quote given with an earlier failure does not belong to this one. */
	if (err->code) {
		err->hint[0] = '\0';
		err->quote[0] = '\0';
	}
	err->code = code;
	va_start(args, format);
	vsnprintf(err->what, sizeof(err->what), format, args);
	va_end(args);
	errno = saved;
	return code;
}

bool error_is_shortage(int code)
{
	return code == -EMFILE || code == -ENFILE || code == -ENOMEM || code == -ENOSPC;
}

int error_adopt(struct error *err, const struct error *other)
{
	error_fail(err, other->code, "%s", other->what);
	if (other->hint[0])
		error_hint(err, "%s", other->hint);
	if (other->quote[0])
		error_quote(err, other->quote, other->quote_at);
	if (other->subject[0])
		error_subject(err, "%s", other->subject);
	return other->code;
}

void error_subject(struct error *err, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!err || err->subject[0])
		return;
	va_start(args, format);
	vsnprintf(err->subject, sizeof(err->subject), format, args);
	va_end(args);
	errno = saved;
}

void error_hint(struct error *err, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!err || err->hint[0])
		return;
	va_start(args, format);
	vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	errno = saved;
}

void error_quote(struct error *err, const char *text, size_t at)
{
	if (!err || err->quote[0])
		return;
	snprintf(err->quote, sizeof(err->quote), "%s", text);
	err->quote_at = at;
}

/* Where error_format() writes: `used` never exceeds `size` - 1, so that a NUL always fits. */
struct output {
	char *buffer;
	size_t size, used;
};

/* All of `text` or, when it does not fit, none of it and nothing after it. */
static void output_add(struct output *output, const char *text, size_t length)
{
	if (length > output->size - 1 - output->used) {
		output->size = output->used + 1;
		return;
	}
	memcpy(output->buffer + output->used, text, length);
	output->used += length;
}

/* What is not UTF-8, and what acts on a terminal, as an escape. */
static void output_add_escaped(struct output *output, const char *text, size_t size)
{
	for (size_t at = 0, length; at < size; at += length) {
		uint32_t character = 0;
		char escape[16];
		int escape_length;

		length = character_decode(text + at, size - at, &character);
		if (length && !character_is_control(character)) {
			output_add(output, text + at, length);
			continue;
		}
		if (length > 1)
			escape_length = snprintf(escape, sizeof(escape), "\\u%04x", character);
		else
			escape_length = snprintf(escape, sizeof(escape), "\\x%02x",
						 (unsigned char)text[at]);
		output_add(output, escape, (size_t)escape_length);
		length = length ? length : 1;
	}
}

bool error_format_quote(const struct error *err, char *buffer, size_t size, size_t *ret_column)
{
	struct output output = { buffer, size, 0 };
	size_t length = strlen(err->quote);
	const char *at = err->quote + (err->quote_at < length ? err->quote_at : length);

	if (!length || !size)
		return false;
	/* Not in the middle of a character. */
	while (at > err->quote && ((unsigned char)*at & 0xc0) == 0x80)
		at--;
	output_add_escaped(&output, err->quote, (size_t)(at - err->quote));
	*ret_column = 0;
	for (size_t i = 0; i < output.used; i++)
		*ret_column += ((unsigned char)buffer[i] & 0xc0) != 0x80;
	output_add_escaped(&output, at, strlen(at));
	buffer[output.used] = '\0';
	return true;
}

void error_format(const struct error *err, char *buffer, size_t size)
{
	struct output output = { buffer, size, 0 };

	if (!size)
		return;
	if (err && err->subject[0]) {
		output_add_escaped(&output, err->subject, strlen(err->subject));
		output_add(&output, ": ", 2);
	}
	if (err)
		output_add_escaped(&output, err->what, strlen(err->what));
	if (err && err->hint[0]) {
		output_add(&output, " (", 2);
		output_add_escaped(&output, err->hint, strlen(err->hint));
		output_add(&output, ")", 1);
	}
	buffer[output.used] = '\0';
}
