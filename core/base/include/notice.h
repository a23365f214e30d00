/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NOTICE_H
#define GOHTTPSNOOP_CORE_NOTICE_H

#include "error.h"

/* A message to the user while a session runs. The caller decides which levels are shown. */
enum notice_level { NOTICE_ERROR, NOTICE_INFO, NOTICE_DEBUG };

/* The receiver of messages. The text is safe to print and valid until `tell` returns. */
struct notifier {
	void (*tell)(void *user, enum notice_level level, const char *text);
	void *user;
};

/* Sends a message. The caller guarantees that it is safe to print. */
void notice(const struct notifier *notifier, enum notice_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Sends a message about a subject that is not an error. Both may contain any bytes and are made safe to print. */
void notice_news(const struct notifier *notifier, enum notice_level level, const char *subject,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Sends an error, made safe to print. */
void notice_error(const struct notifier *notifier, enum notice_level level,
		  const struct error *why);

#endif
