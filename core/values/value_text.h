/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VALUE_TEXT_H
#define GOHTTPSNOOP_CORE_VALUE_TEXT_H

#include "bytes_json.h"
#include "value_text_part.h"

/* Appends the text of a value of SHAPE_TIME, SHAPE_DURATION or SHAPE_TEXT to the caller's buffer. */
enum value_text value_text(struct value_printer *printer, const struct shape_node *node,
			   struct text_buffer *text);

/* Writes the text as a JSON string, and hides secrets: the query of a URL may contain some. */
void value_print_made_text(struct value_printer *printer, const struct text_buffer *text);

/* Writes the parts of a value for which value_text() returned VALUE_TEXT_PARTS. */
void value_print_parts(struct value_printer *printer, const struct shape_node *node);

/* The bytes of a slice or an array. The bytes of an array are copied from its cells into `room`. */
struct node_bytes {
	struct byte_string bytes; /* a view into the record or of `room` */
	bool is_text;
	char room[PLAN_MAX_CELLS * 8];
};

/* Returns the bytes of a node of SHAPE_BYTES or SHAPE_BYTE_ARRAY; false if they could not be read. */
bool value_bytes(const struct value_printer *printer, const struct shape_node *node,
		 struct node_bytes *ret_bytes);

#endif
