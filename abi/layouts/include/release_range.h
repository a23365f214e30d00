/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_RELEASE_RANGE_H
#define GOHTTPSNOOP_ABI_RELEASE_RANGE_H

#include "go_version.h"

/* Short forms of `since` and `before` in the rows of libraries that are part of Go (library.h). */
#define V(minor, patch) GO_VERSION(minor, patch)
#define LATER GO_VERSION_ANY_LATER
#define EVER V(11, 0), LATER
#define UNTIL(minor) V(11, 0), V(minor, 0)
#define SINCE(minor) V(minor, 0), LATER
#define SPAN(from, to) V(from, 0), V(to, 0)

/* Initializes the members of a struct library that refer to its rows. */
#define LIBRARY_ROWS(field_rows, type_rows, function_rows)                                 \
	.fields = field_rows, .field_count = sizeof(field_rows) / sizeof((field_rows)[0]), \
	.types = type_rows, .type_count = sizeof(type_rows) / sizeof((type_rows)[0]),      \
	.functions = function_rows,                                                        \
	.function_count = sizeof(function_rows) / sizeof((function_rows)[0])

#endif
