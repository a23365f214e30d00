/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_OPAQUE_H
#define GOHTTPSNOOP_ABI_OPAQUE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Opaque types are shown only by their names, because their memory is misleading: buffers that are reused and
 * still contain bytes of other requests, or keys that no field name identifies. An expression can still name
 * one of their fields.
 */

/* Which types of a package are opaque. */
enum opaque_extent { OPAQUE_NAMED, OPAQUE_UNEXPORTED, OPAQUE_ALL };

struct opaque_rule {
	const char *package; /* "PATH", or "PATH/" for all packages below it */
	enum opaque_extent extent;
	/*
	 * Exceptions, up to a NULL: names of further opaque types; with OPAQUE_ALL, names of types that are
	 * not opaque.
	 */
	const char *names[4];
};

/* Rules for packages; the first rule that matches a package decides. */
struct opaque_rules {
	const struct opaque_rule *rules;
	size_t count;
};

/*
 * Returns whether the type with this full name ("crypto/tls.Conn") is opaque. The rules for packages of Go's
 * standard library are built in; `others` are the rules for other packages, or NULL.
 */
bool type_name_is_opaque(const char *name, const struct opaque_rules *others);

#endif
