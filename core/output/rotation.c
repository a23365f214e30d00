/* SPDX-License-Identifier: MIT */
#include "rotation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUFFIX = 16 }; /* bytes of ".4294967295" */

/* Writes PATH.number, or PATH for 0. */
static void write_name(char *name, size_t size, const char *path, unsigned number)
{
	if (number)
		snprintf(name, size, "%s.%u", path, number);
	else
		snprintf(name, size, "%s", path);
}

int rotation_rename(const char *path, unsigned files)
{
	size_t size = strlen(path) + SUFFIX;
	char *from = malloc(size), *to = malloc(size);
	int r = from && to ? 0 : -ENOMEM;

	for (unsigned number = files; r == 0 && number > 0; number--) {
		write_name(from, size, path, number - 1);
		write_name(to, size, path, number);
		if (rename(from, to) < 0 && errno != ENOENT)
			r = -errno;
	}
	free(from);
	free(to);
	return r;
}
