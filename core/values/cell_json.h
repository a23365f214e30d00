/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CELL_JSON_H
#define GOHTTPSNOOP_CORE_CELL_JSON_H

#include "decode.h"
#include "json_writer.h"

/*
 * Write one cell as a JSON value or as a key of an object. A key that is not a string is written as a string
 * with the text of the value. Secrets in a string are hidden. Return false if the cell is a truncated string;
 * an incomplete character at its end is left out.
 */
bool cell_json_value(struct json_writer *writer, const struct redaction *redaction,
		     const struct cell *cell, const struct hit_value *value);
bool cell_json_key(struct json_writer *writer, const struct redaction *redaction,
		   const struct cell *cell, const struct hit_value *value);
bool cell_json_string(struct json_writer *writer, const struct redaction *redaction,
		      const struct hit_value *value);

/* Write an integer. Readers store numbers as doubles, so an integer beyond 2^53 is written as a string. */
void cell_json_signed(struct json_writer *writer, int64_t value);
void cell_json_unsigned(struct json_writer *writer, uint64_t value);

/* Writes a float of `size` bytes (4 or 8). NaN and the infinities are written as strings. */
void cell_json_float(struct json_writer *writer, uint64_t bits, uint8_t size);

#endif
