/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_REDACTION_H
#define GOHTTPSNOOP_ABI_REDACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/*
 * Which names stand for secrets, whose values are not shown: a built-in list, and globs. Only letters and
 * digits are compared, without case, so that access_token is AccessToken and Access-Token; "X-" before a
 * name does not count. A name has to match as a whole. Where a pointer to one of these is NULL, nothing is
 * secret (--show-secrets).
 */
struct redaction {
	const char *const *globs; /* `*`: any characters, `?`: one; all others stand for themselves */
	size_t glob_count;
};

enum { REDACTION_MAX_GLOBS = 64, REDACTION_MAX_GLOB = 128 };

/* -EINVAL when a glob is empty or too long, -E2BIG when there are too many. */
int redaction_check(const struct redaction *redaction, struct error *err);

/* Whether the field of a struct, the parameter or result of a function, of this name is secret. */
bool redaction_hides_field(const struct redaction *redaction, const char *name);

/*
 * Whether the element of a map, the header, the value, of this key is secret. Of the key's `length` bytes
 * only `size` may be known; it is then taken for any that begins so.
 */
bool redaction_hides_key(const struct redaction *redaction, const char *key, size_t size,
			 uint64_t length);

/* The same of a parameter as a query has its name: percent-encoded. */
bool redaction_hides_parameter(const struct redaction *redaction, const char *name, size_t size);

#endif
