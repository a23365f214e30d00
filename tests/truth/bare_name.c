/* SPDX-License-Identifier: MIT */
#include "bare_name.h"

#include <stdbool.h>
#include <string.h>

static bool in_word(const char *c)
{
	return (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
	       strchr("_./%-", *c) || (unsigned char)*c >= 0x80;
}

void bare_name(const char *name, char out[NAME_SIZE])
{
	size_t used = 0, word = 0;
	bool quoted = false;

	for (const char *c = name; *c && used < NAME_SIZE - 1; c++) {
		if (*c == '"')
			quoted = !quoted;
		if (!quoted && strncmp(c, "\u00b7", 2) == 0) {
			c += 1 + strspn(c + 2, "0123456789");
			continue;
		}
		out[used++] = *c;
		if (!quoted && (*c == '.' || *c == '/'))
			used = word;
		else if (quoted || !in_word(c))
			word = used;
	}
	out[used] = '\0';
}
