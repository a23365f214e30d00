/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_NAME_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_NAME_H

#include "descriptor.h"

enum { DESCRIPTOR_MAX_NAME = 4096 };

/*
 * The name that DWARF gives the type, with the whole import paths of packages: "*net/http.Request",
 * "map[string][]string", "func(net/http.ResponseWriter, *net/http.Request)". Literals of structs and of
 * interfaces stay as %T prints them. Always terminated; a name that is too long is cut.
 */
void descriptor_name(const struct descriptor_table *table, const struct descriptor *descriptor,
		     char name[DESCRIPTOR_MAX_NAME]);

/* What follows the package in the string of a named type: "Request" of "http.Request". */
struct bytes descriptor_bare_name(const struct descriptor_table *table,
				  const struct descriptor *descriptor);

/*
 * Writes an import path as symbols and DWARF spell it: after the last slash dots, and everywhere what is not
 * printable, are written as "%2e" (golang/go src/cmd/internal/objabi/path.go). Returns the bytes written,
 * at most `size`.
 */
size_t descriptor_escape_path(struct bytes path, char *out, size_t size);

#endif
