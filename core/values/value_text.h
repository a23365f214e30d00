/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VALUE_TEXT_H
#define GOHTTPSNOOP_CORE_VALUE_TEXT_H

#include "bytes_json.h"
#include "value_text_part.h"

/* Makes the text that a value of SHAPE_TIME, SHAPE_DURATION or SHAPE_TEXT is known by. */
enum value_text value_text(struct value_printer *printer, const struct shape_node *node,
			   struct text_buffer *text);

/* Writes the text, without the secrets in it: the query of a URL may hold one. */
void value_print_made_text(struct value_printer *printer, const struct text_buffer *text);

/* Writes the parts of a value for which there is VALUE_TEXT_PARTS. */
void value_print_parts(struct value_printer *printer, const struct shape_node *node);

/* The bytes of a slice or array, put together from its cells where they are an array's. */
struct node_bytes {
	struct byte_string bytes; /* a view into the record, or of the room */
	bool is_text;
	char room[PLAN_MAX_CELLS * 8];
};

/* False when they could not be read. */
bool value_bytes(const struct value_printer *printer, const struct shape_node *node,
		 struct node_bytes *ret_bytes);

#endif
