/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_OPAQUE_H
#define GOHTTPSNOOP_ABI_OPAQUE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Opaque types are shown only by their names. They contain memory that stands for something else than it shows: buffers
 * that are reused and still contain bytes of other requests, or keys that no field name identifies. An expression can
 * still name one of their fields.
 */

/* Which types of a package are opaque. */
enum opaque_extent { OPAQUE_NAMED, OPAQUE_UNEXPORTED, OPAQUE_ALL };

struct opaque_rule {
	const char *package; /* "PATH", or "PATH/" for all packages below it */
	enum opaque_extent extent;
	/* Names of types, up to NULL, that are opaque, too; with OPAQUE_ALL: that are not. */
	const char *names[4];
};

/* The first rule for a package decides. */
struct opaque_rules {
	const struct opaque_rule *rules;
	size_t count;
};

/*
 * Returns whether a type is opaque, by its full name ("crypto/tls.Conn"). The rules for Go's basic packages are built
 * in; `others` are those for other packages, or NULL.
 */
bool type_name_is_opaque(const char *name, const struct opaque_rules *others);

#endif
