/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BYTES_JSON_H
#define GOHTTPSNOOP_CORE_BYTES_JSON_H

#include "bytes_notation.h"
#include "json_writer.h"

/* Bytes of the traced program: those that were captured of `length`. */
struct byte_string {
	const char *data;
	size_t size;
	uint64_t length;
};

/* Whether a slice's bytes are text: UTF-8, but for a character that was cut in two. */
bool bytes_are_text(const struct byte_string *bytes);

/* Whether an array's are: it is text, and no number that happens to be: it has no control characters but
 * tabs and ends of lines. */
bool bytes_of_array_are_text(const struct byte_string *bytes);

/* How many bytes of a text are whole characters: the begin of one that was cut in two is none. */
size_t bytes_text_size(const struct byte_string *bytes);

/* As {"hex":"…"} or {"base64":"…"}, or as a key only the digits. */
void bytes_json_value(struct json_writer *writer, const struct byte_string *bytes,
		      enum bytes_notation notation);
void bytes_json_key(struct json_writer *writer, const struct byte_string *bytes,
		    enum bytes_notation notation);

#endif
