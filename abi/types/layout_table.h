/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LAYOUT_TABLE_H
#define GOHTTPSNOOP_ABI_LAYOUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Facts about the types and functions of net/http, one for each row, valid for releases `since` <= version < `before`
 * (of Go, or of the module for golang.org/x/net). The layouts are those of 64-bit machines, the same on amd64 and
 * arm64. tests/truth/layout_truth verifies the rows against the DWARF of each available toolchain.
 */
struct layout_field {
	const char *type;	/* "net/http.Request" */
	const char *field;	/* "URL" */
	const char *field_type; /* "*net/url.URL", in the notation of layout_type() */
	uint32_t offset;
	uint32_t since, before; /* GO_VERSION numbers */
	bool internal; /* an unexported layout: not assumed for releases newer than the table */
};

struct layout_type {
	const char *type;
	const char *kind; /* "struct", "interface", "map[string][]string", "int", … */
	uint32_t size;
	uint32_t since, before;
	bool internal;
};

struct layout_function {
	const char *function;
	const char *
		parameters; /* "sh net/http.serverHandler, rw net/http.ResponseWriter, req *net/http.Request" */
	const char *results; /* the same notation, or "" */
	uint32_t since, before;
};

/* The newest release for which the table was verified. */
extern const uint32_t layout_newest;

/*
 * Returns whether the table was verified for a release. In each series that still gets releases this ends with the
 * newest verified one, because unexported layouts do change within a series: in 1.13.13, 1.14.5 and 1.26.11.
 */
bool layout_verified(uint32_t release);

extern const struct layout_field layout_fields[];
extern const size_t layout_field_count;
extern const struct layout_type layout_types[];
extern const size_t layout_type_count;
extern const struct layout_function layout_functions[];
extern const size_t layout_function_count;

#endif
