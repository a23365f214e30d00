/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "minimum.h"
#include "printable.h"

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

bool error_format_quote(const struct error *err, char *buffer, size_t size, size_t *ret_column)
{
	struct printable output = { buffer, size, 0 };
	size_t length = strlen(err->quote);
	const char *at = err->quote + minimum(err->quote_at, length);

	if (!length || !size)
		return false;
	/* Move to the begin of the character. */
	while (at > err->quote && ((unsigned char)*at & 0xc0) == 0x80)
		at--;
	printable_add_escaped(&output, err->quote, (size_t)(at - err->quote));
	*ret_column = 0;
	for (size_t i = 0; i < output.used; i++)
		*ret_column += ((unsigned char)buffer[i] & 0xc0) != 0x80;
	printable_add_escaped(&output, at, strlen(at));
	printable_end(&output);
	return true;
}

void error_format(const struct error *err, char *buffer, size_t size)
{
	struct printable output = { buffer, size, 0 };

	if (!size)
		return;
	if (err && err->subject[0]) {
		printable_add_escaped(&output, err->subject, strlen(err->subject));
		printable_add(&output, ": ", 2);
	}
	if (err)
		printable_add_escaped(&output, err->what, strlen(err->what));
	if (err && err->hint[0]) {
		printable_add(&output, " (", 2);
		printable_add_escaped(&output, err->hint, strlen(err->hint));
		printable_add(&output, ")", 1);
	}
	printable_end(&output);
}
