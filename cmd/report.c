/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stdio.h>

void report_text(const char *text)
{
	fprintf(stderr, "gohttpsnoop: %s\n", text);
}

void report_error(const struct error *err)
{
	char text[2048];

	error_format(err, text, sizeof(text));
	report_text(text);
}
