/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_REDACTION_H
#define GOHTTPSNOOP_ABI_REDACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/*
 * The names of secrets, whose values are not shown: a built-in list, and globs. Only letters and
 * digits are compared, without case, so access_token matches AccessToken and Access-Token; a
 * leading "X-" is ignored. The whole name has to match. NULL instead of a pointer to this struct
 * means that nothing is secret (--show-secrets).
 */
struct redaction {
	const char *const *
		globs; /* `*`: any characters, `?`: one character; all other characters match themselves */
	size_t glob_count;
};

enum { REDACTION_MAX_GLOBS = 64, REDACTION_MAX_GLOB = 128 };

/* Returns -EINVAL if a glob is empty or too long, -E2BIG if there are too many. */
int redaction_check(const struct redaction *redaction, struct error *err);

/* Whether a struct field, a parameter or a result with this name is secret. */
bool redaction_hides_field(const struct redaction *redaction, const char *name);

/*
 * Whether a map element, a header or another value with this key is secret. Only `size` of the
 * key's `length` bytes may be known; the key then counts as secret if any secret name begins with
 * them.
 */
bool redaction_hides_key(const struct redaction *redaction, const char *key, size_t size,
			 uint64_t length);

/* The same for a query parameter, whose name is percent-encoded. */
bool redaction_hides_parameter(const struct redaction *redaction, const char *name, size_t size);

#endif
