/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_NAME_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_NAME_H

#include "descriptor.h"

enum { DESCRIPTOR_MAX_NAME = 4096 };

/*
 * Writes the name of a type as DWARF spells it, with whole import paths: "*net/http.Request",
 * "map[string][]string", "func(net/http.ResponseWriter, *net/http.Request)". Literals of structs and
 * interfaces are written as %T prints them. The name is always NUL terminated, and truncated if it is too
 * long.
 */
void descriptor_name(const struct descriptor_table *table, const struct descriptor *descriptor,
		     char name[DESCRIPTOR_MAX_NAME]);

/* Returns the string of a named type without its package: "Request" for "http.Request". */
struct bytes descriptor_bare_name(const struct descriptor_table *table,
				  const struct descriptor *descriptor);

/*
 * Writes an import path as symbols and DWARF spell it, without a terminating NUL. Dots after the last slash
 * are written as "%2e", and so are all blanks, control characters, bytes above ASCII, `%` and `"`, each with
 * its own number (golang/go src/cmd/internal/objabi/path.go). Returns the number of bytes written, at most
 * `size`.
 */
size_t descriptor_escape_path(struct bytes path, char *out, size_t size);

#endif
