/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VALUE_TEXT_PART_H
#define GOHTTPSNOOP_CORE_VALUE_TEXT_PART_H

#include "text_buffer.h"
#include "value_printer.h"

enum value_text {
	VALUE_TEXT_MADE,
	VALUE_TEXT_NULL,  /* there is none: the value is nil, or a part of it could not be read */
	VALUE_TEXT_PARTS, /* there is none, but the parts can be shown */
};

/* The part number `index` of a text, see enum text_form; NULL when it has not so many. */
const struct shape_node *text_part(const struct shape_node *node, size_t index);

/* Its value, where it is one cell; NULL when it is none, or could not be read. */
const struct hit_value *text_cell(const struct value_printer *printer,
				  const struct shape_node *node, size_t index);

/* The texts of netip's types, and of a url.URL. */
enum value_text text_put_netip(struct value_printer *printer, const struct shape_node *node,
			       struct text_buffer *text);
enum value_text text_put_url(struct value_printer *printer, const struct shape_node *node,
			     struct text_buffer *text);

/* Writes the bytes of an address of which it is not known whether it is IPv4. */
void netip_print_bytes(struct value_printer *printer, const struct shape_node *node);

#endif
