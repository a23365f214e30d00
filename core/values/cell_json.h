/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CELL_JSON_H
#define GOHTTPSNOOP_CORE_CELL_JSON_H

#include "decode.h"
#include "json_writer.h"

/*
 * One cell as JSON: as a value, or as a key, where what is no string is written as JSON would write it.
 * False when it is a string and less was captured than there was; a character cut in two is left out.
 * Secrets within a string are hidden.
 */
bool cell_json_value(struct json_writer *writer, const struct redaction *redaction,
		     const struct cell *cell, const struct hit_value *value);
bool cell_json_key(struct json_writer *writer, const struct redaction *redaction,
		   const struct cell *cell, const struct hit_value *value);
bool cell_json_string(struct json_writer *writer, const struct redaction *redaction,
		      const struct hit_value *value);

/* Readers keep numbers in doubles: an integer that would be another one there is written as a string. */
void cell_json_signed(struct json_writer *writer, int64_t value);
void cell_json_unsigned(struct json_writer *writer, uint64_t value);

/* Of `size` bytes, 4 or 8; NaN and the infinities as strings. */
void cell_json_float(struct json_writer *writer, uint64_t bits, uint8_t size);

#endif
