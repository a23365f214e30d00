/* SPDX-License-Identifier: MIT */
#include "notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

void notice(const struct notifier *notifier, enum notice_level level, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	notifier->tell(notifier->user, level, text);
}

void notice_news(const struct notifier *notifier, enum notice_level level, const char *subject,
		 const char *format, ...)
{
	char text[2048], what[768];
	struct printable printable = { text, sizeof(text), 0 };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	printable_add_escaped(&printable, subject, strlen(subject));
	printable_add(&printable, ": ", 2);
	printable_add_escaped(&printable, what, strlen(what));
	printable_end(&printable);
	notifier->tell(notifier->user, level, text);
}

void notice_error(const struct notifier *notifier, enum notice_level level, const struct error *why)
{
	char text[2048];

	error_format(why, text, sizeof(text));
	notifier->tell(notifier->user, level, text);
}
