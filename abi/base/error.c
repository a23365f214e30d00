/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

/* Length of the well-formed UTF-8 sequence at `text`, 0 when there is none; its code point. */
static size_t utf8_decode(const unsigned char *text, uint32_t *ret_point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = text[0] < 0x80 ? 1 :
			text[0] < 0xc2 ? 0 :
			text[0] < 0xe0 ? 2 :
			text[0] < 0xf0 ? 3 :
			text[0] < 0xf5 ? 4 :
					 0;
	uint32_t point = length == 1 ? text[0] : text[0] & (0x7fu >> length);

	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3fu);
	}
	if (!length || point < least[length] || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return length;
}

/* C0, DEL, C1, the line separators and what turns the direction of writing. */
static bool point_is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x61c ||
	       point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

/* `end`: of the text; NULL where it is its NUL. */
static void output_add_escaped_until(struct output *output, const char *text, const char *end)
{
	while (*text && (!end || text < end)) {
		const unsigned char *bytes = (const unsigned char *)text;
		uint32_t point = 0;
		size_t length = utf8_decode(bytes, &point);
		char escape[16];
		int escape_length;

		if (length && !point_is_control(point)) {
			output_add(output, text, length);
			text += length;
			continue;
		}
		if (length > 1)
			escape_length = snprintf(escape, sizeof(escape), "\\u%04x", point);
		else
			escape_length = snprintf(escape, sizeof(escape), "\\x%02x", bytes[0]);
		output_add(output, escape, (size_t)escape_length);
		text += length ? length : 1;
	}
}

static void output_add_escaped(struct output *output, const char *text)
{
	output_add_escaped_until(output, text, NULL);
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
	output_add_escaped_until(&output, err->quote, at);
	*ret_column = 0;
	for (size_t i = 0; i < output.used; i++)
		*ret_column += ((unsigned char)buffer[i] & 0xc0) != 0x80;
	output_add_escaped(&output, at);
	buffer[output.used] = '\0';
	return true;
}

void error_format(const struct error *err, char *buffer, size_t size)
{
	struct output output = { buffer, size, 0 };

	if (!size)
		return;
	if (err && err->subject[0]) {
		output_add_escaped(&output, err->subject);
		output_add(&output, ": ", 2);
	}
	if (err)
		output_add_escaped(&output, err->what);
	if (err && err->hint[0]) {
		output_add(&output, " (", 2);
		output_add_escaped(&output, err->hint);
		output_add(&output, ")", 1);
	}
	buffer[output.used] = '\0';
}
