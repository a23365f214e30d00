/* SPDX-License-Identifier: MIT */
#include "notice.h"

#include <stdarg.h>
#include <stdio.h>

void notice(const struct notifier *notifier, enum notice_level level, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	notifier->tell(notifier->user, level, text);
}

void notice_error(const struct notifier *notifier, enum notice_level level, const struct error *why)
{
	char text[2048];

	error_format(why, text, sizeof(text));
	notifier->tell(notifier->user, level, text);
}
