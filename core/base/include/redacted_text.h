/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REDACTED_TEXT_H
#define GOHTTPSNOOP_CORE_REDACTED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "redaction.h"

/*
 * Replaces secrets within a text, which are found by the names before them:
 *
 *	token=VALUE		in a query, a form, a list of cookies; percent-encoded once, too
 *	Authorization: VALUE	a header's line
 *	"token": "VALUE"	JSON
 *	https://user:VALUE@host	in a URL
 *
 * docs/expressions.md says where a value ends. The text may be any bytes.
 */
#define REDACTED "<redacted>"

/* A view of the given text, or a copy that redacted_text_release() frees. */
struct redacted_text {
	const char *data;
	size_t size;
	char *owned; /* or NULL */
};

/*
 * Returns the text with REDACTED in place of each secret; allocates nothing if there is none. If the text was cut
 * (`is_cut`), anything at its end that may be a secret is treated as one. If memory runs out, a text with a secret
 * becomes REDACTED as a whole.
 */
struct redacted_text redacted_text_make(const struct redaction *redaction, const char *text,
					size_t size, bool is_cut);
/* The same for the query of a URL, in which quotes and line ends have no meaning. */
struct redacted_text redacted_text_make_query(const struct redaction *redaction, const char *query,
					      size_t size, bool is_cut);

void redacted_text_release(struct redacted_text *text);

#endif
