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

	error_format(err, text, sizeof(text));
	diagnostic_text(text);
}
