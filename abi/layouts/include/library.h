/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LIBRARY_H
#define GOHTTPSNOOP_ABI_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Facts about the types and functions of a library, one for each row, valid for releases `since` <= version < `before`.
 * The layouts are those of 64-bit machines, the same on amd64 and arm64. tests/truth/layout_truth verifies the rows
 * against the DWARF of each available toolchain.
 */
struct layout_field {
	const char *type;	/* "net/http.Request" */
	const char *field;	/* "URL" */
	const char *field_type; /* "*net/url.URL", in the notation of layout_type() */
	uint32_t offset;
	uint32_t since,
		before; /* GO_VERSION numbers, or those of the library's module (module_version.h) */
	bool internal;	/* an unexported layout: not assumed for releases newer than the table */
};

struct layout_type {
	const char *type;
	const char *kind; /* "struct", "interface", "map[string][]string", "int", … */
	uint32_t size;	  /* 0: not known */
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

/* A library: its module, how its copies are recognised, and its rows. Each part may be missing. */
struct library {
	const char *
		module; /* path: "golang.org/x/net"; NULL: part of Go, so that rows refer to Go's releases */
	const char *const *landmarks; /* NULL-terminated functions; each vendored copy has one */
	const char *clue;      /* a function that the library has only since `clue_release` */
	uint32_t clue_release; /* for copies without a version in the build information */
	const struct layout_field *fields;
	size_t field_count;
	const struct layout_type *types;
	size_t type_count;
	const struct layout_function *functions;
	size_t function_count;
};

#endif
