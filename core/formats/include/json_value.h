/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JSON_VALUE_H
#define GOHTTPSNOOP_CORE_JSON_VALUE_H

#include <stdbool.h>

#include "json_writer.h"
#include "presence.h"
#include "redaction.h"

/* Values of events, as all formats of JSON write them. */

/* Which secrets a text may contain. */
enum secrets { NO_SECRETS, SECRETS_OF_PATH, SECRETS_OF_QUERY };

/* Whether a text is there, and was truncated. */
static inline bool text_is_cut(const struct text *text)
{
	return text->presence == PRESENT && text->size < text->length;
}

/* Writes a text that is there, without its secrets. */
void json_text(struct json_writer *writer, const struct redaction *redaction,
	       const struct text *text, enum secrets secrets);

/*
 * Readers store numbers as doubles, which do not represent larger integers exactly. A client can declare a
 * Content-Length of 2^63 - 1.
 */
static inline bool integer_is_exact(int64_t value)
{
	return value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53;
}

/* Writes the id of a request as a string. */
void json_id(struct json_writer *writer, uint64_t id);

#endif
