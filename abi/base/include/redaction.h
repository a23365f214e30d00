/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_REDACTION_H
#define GOHTTPSNOOP_ABI_REDACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/*
 * Decides which names are names of secrets, whose values are not shown. The names are a built-in list and the
 * user's globs. Only letters and digits are compared, without case, so access_token matches AccessToken and
 * Access-Token; a leading "X-" or "X_" is ignored. A glob also matches if all characters are compared, still
 * without case. The whole name has to match. A NULL pointer to this struct means that nothing is secret
 * (--show-secrets).
 */
struct redaction {
	const char *const *
		globs; /* `*`: any characters, `?`: one character; other characters match themselves */
	size_t glob_count;
};

enum { REDACTION_MAX_GLOBS = 64, REDACTION_MAX_GLOB = 128 };

/* Returns -EINVAL if a glob is empty or too long, -E2BIG if there are too many. */
int redaction_check(const struct redaction *redaction, struct error *err);

/* Returns whether a struct field, a parameter or a result with this name is secret. */
bool redaction_hides_field(const struct redaction *redaction, const char *name);

/*
 * Returns whether a map element, a header or another value with this key is secret. The key has `length`
 * bytes, of which the first `size` are known. A truncated key counts as secret if any secret name begins with
 * the known bytes.
 */
bool redaction_hides_key(const struct redaction *redaction, const char *key, size_t size,
			 uint64_t length);

/* Returns whether a query parameter is secret; its name may be percent-encoded. */
bool redaction_hides_parameter(const struct redaction *redaction, const char *name, size_t size);

#endif
