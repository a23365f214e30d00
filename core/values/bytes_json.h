/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BYTES_JSON_H
#define GOHTTPSNOOP_CORE_BYTES_JSON_H

#include "bytes_notation.h"
#include "json_writer.h"

/* Bytes of the traced program: `size` of the `length` bytes were captured. A view. */
struct byte_string {
	const char *data;
	size_t size;
	uint64_t length;
};

/* Returns whether the bytes of a slice are UTF-8. An incomplete character at a truncated end is ignored. */
bool bytes_are_text(const struct byte_string *bytes);

/*
 * The same for an array. Arrays often contain numbers, which may be UTF-8 by chance: so an array with control
 * characters other than tabs and line ends is not text.
 */
bool bytes_of_array_are_text(const struct byte_string *bytes);

/* Returns the size without an incomplete character at a truncated end. */
size_t bytes_text_size(const struct byte_string *bytes);

/* Write the captured bytes as {"hex":"…"} or {"base64":"…"}; as a key, only the digits. */
void bytes_json_value(struct json_writer *writer, const struct byte_string *bytes,
		      enum bytes_notation notation);
void bytes_json_key(struct json_writer *writer, const struct byte_string *bytes,
		    enum bytes_notation notation);

#endif
