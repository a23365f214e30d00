/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_VALUE_TEXT_PART_H
#define GOHTTPSNOOP_CORE_VALUE_TEXT_PART_H

#include "text_buffer.h"
#include "value_printer.h"

enum value_text {
	VALUE_TEXT_MADE,
	VALUE_TEXT_NULL,  /* no text: the value is nil, or a part of it could not be read */
	VALUE_TEXT_PARTS, /* no text, but the parts can be shown */
};

/* Returns child number `index` of a text (see enum text_form); NULL if there are fewer children. */
const struct shape_node *text_part(const struct shape_node *node, size_t index);

/* Returns the value of this child; NULL if the child is not one cell, or could not be read. */
const struct hit_value *text_cell(const struct value_printer *printer,
				  const struct shape_node *node, size_t index);

/* Append the text of a type of net/netip, or of a url.URL. */
enum value_text text_put_netip(struct value_printer *printer, const struct shape_node *node,
			       struct text_buffer *text);
enum value_text text_put_url(struct value_printer *printer, const struct shape_node *node,
			     struct text_buffer *text);

/* Writes the bytes of an address if it is not known whether the address is IPv4 or IPv6. */
void netip_print_bytes(struct value_printer *printer, const struct shape_node *node);

#endif
