/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LIBRARY_COPIES_H
#define GOHTTPSNOOP_ABI_LIBRARY_COPIES_H

#include "build_info.h"
#include "library.h"
#include "pclntab.h"

enum { LIBRARY_MAX_COPIES = 16, LIBRARY_MAX_PREFIX = 256 };

/* A copy of a library in a binary, and its release; 0 if the release is not known. */
struct library_copy {
	char prefix[LIBRARY_MAX_PREFIX]; /* "example.com/app/vendor/", see vendored.h; mostly "" */
	uint32_t release;
};

struct library_copies {
	const struct library *library;
	bool exists; /* the binary has functions of it; true if the library has no landmarks */
	struct library_copy
		copies[LIBRARY_MAX_COPIES]; /* the first has no prefix, and may be missing */
	size_t count;
	size_t left_out; /* number of copies beyond the limit */
};

/*
 * Finds the copies of a library in a binary. The release comes from the build information or, if that does not list
 * the module, from the library's clue. It is 0 if neither is available.
 */
void library_copies_find(const struct library *library, const struct build_info *info,
			 const struct pclntab *table, struct library_copies *ret_copies);

/* Returns the release of the copy to which the function or type belongs; 0 if it is not known. */
uint32_t library_copies_release(const struct library_copies *copies, const char *name);

/* Returns whether the name belongs to the library's module, with any prefix. False for libraries that are part of Go. */
bool library_has(const struct library *library, const char *name);

#endif
