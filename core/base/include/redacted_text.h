/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REDACTED_TEXT_H
#define GOHTTPSNOOP_CORE_REDACTED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "redaction.h"

/*
 * Secrets within a text, by the names that stand before them:
 *
 *	token=VALUE		in a query, a form, a list of cookies; percent-encoded once, too
 *	Authorization: VALUE	a header's line
 *	"token": "VALUE"	JSON
 *	https://user:VALUE@host	in a URL
 *
 * docs/expressions.md says where a value ends. Any bytes are such a text.
 */
#define REDACTED "<redacted>"

/* Either a view of the text that was given, or a text of its own. */
struct redacted_text {
	const char *data;
	size_t size;
	char *owned; /* or NULL */
};

/*
 * The text with REDACTED for each secret; nothing is allocated when there is none. Of a text that was cut
 * (`is_cut`) only the begin is given: what may be a secret at its end is taken for one. Without memory all
 * of a text that has a secret is REDACTED.
 */
struct redacted_text redacted_text_make(const struct redaction *redaction, const char *text,
					size_t size, bool is_cut);
/* The same of the query of a URL, where quotes and line ends are as any other byte. */
struct redacted_text redacted_text_make_query(const struct redaction *redaction, const char *query,
					      size_t size, bool is_cut);

void redacted_text_release(struct redacted_text *text);

#endif
