/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NOTICE_H
#define GOHTTPSNOOP_CORE_NOTICE_H

#include "error.h"

/* What a person should know while a session runs; how much of it is shown is the caller's matter. */
enum notice_level { NOTICE_ERROR, NOTICE_INFO, NOTICE_DEBUG };

/* Whom to tell. The text is safe to print and lives until `tell` returns. */
struct notifier {
	void (*tell)(void *user, enum notice_level level, const char *text);
	void *user;
};

/* The caller sees to it that the text is safe to print. */
void notice(const struct notifier *notifier, enum notice_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Tells of something that is no error, about a subject. Both may hold any bytes; they are made safe to print. */
void notice_news(const struct notifier *notifier, enum notice_level level, const char *subject,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Tells of an error, made safe to print. */
void notice_error(const struct notifier *notifier, enum notice_level level,
		  const struct error *why);

#endif
