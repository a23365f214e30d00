/* SPDX-License-Identifier: MIT */
#include "vendored.h"

#include <string.h>

#define FOLDER "vendor/"

const char *vendored_skip_prefix(const char *name)
{
	const size_t size = strlen(FOLDER);
	const char *path_end = name + strcspn(name, "([{ *"), *rest = name;

	for (const char *element = name; element < path_end;) {
		const char *slash = memchr(element, '/', (size_t)(path_end - element));

		if (!slash)
			break;
		if ((size_t)(slash + 1 - element) == size && memcmp(element, FOLDER, size) == 0)
			rest = slash + 1;
		element = slash + 1;
	}
	return rest;
}
