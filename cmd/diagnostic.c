/* SPDX-License-Identifier: MIT */
#include "diagnostic.h"

#include <stdio.h>

void diagnostic_text(const char *text)
{
	fprintf(stderr, "gohttpsnoop: %s\n", text);
}

void diagnostic_error(const struct error *err)
{
	char text[2048];
	size_t column;

	error_format(err, text, sizeof(text));
	diagnostic_text(text);
	if (error_format_quote(err, text, sizeof(text), &column))
		fprintf(stderr, "    %s\n    %*s^\n", text, (int)column, "");
}

static void on_notice(void *user, enum notice_level level, const char *text)
{
	const int *verbosity = user;

	if (level == NOTICE_ERROR || *verbosity > 0 || (level == NOTICE_INFO && *verbosity == 0))
		diagnostic_text(text);
}

struct notifier diagnostic_notifier(const int *verbosity)
{
	return (struct notifier){ on_notice, (void *)verbosity };
}
