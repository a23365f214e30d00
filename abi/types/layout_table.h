/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LAYOUT_TABLE_H
#define GOHTTPSNOOP_ABI_LAYOUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is known by heart about net/http: one row a fact, true for releases `since` <= version <
 * `before` (of Go, but for golang.org/x/net: of that module). 64-bit layouts; the same on amd64 and arm64. Verified against the DWARF of every
 * toolchain at hand by tests/truth/layout_truth (golang/go sources name the reason where a row is odd).
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

/* The newest release the table was verified against. */
extern const uint32_t layout_newest;

/*
 * Whether the table can be trusted for a release: not for those newer than the newest that was
 * looked at, in each series that still gets releases. Unexported layouts do change in mid-series:
 * in 1.13.13, 1.14.5 and 1.26.11.
 */
bool layout_verified(uint32_t release);

extern const struct layout_field layout_fields[];
extern const size_t layout_field_count;
extern const struct layout_type layout_types[];
extern const size_t layout_type_count;
extern const struct layout_function layout_functions[];
extern const size_t layout_function_count;

#endif
