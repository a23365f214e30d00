/* SPDX-License-Identifier: MIT */
/* Values that are known by a text. */
#include "value_json.h"

#include "go_text.h"

_Static_assert((int)VALUE_TEXT_SIZE >= (int)GO_TEXT_SIZE, "Go's texts fit");

static size_t time_text(const struct value_printer *printer, const struct shape_node *node,
			char text[static VALUE_TEXT_SIZE])
{
	const struct hit_value *wall = value_of_cell(printer, node->cell);
	const struct hit_value *ext = value_of_cell(printer, node->second);

	return wall && ext ? go_time_text((uint64_t)wall->integer, ext->integer, text) : 0;
}

static size_t duration_text(const struct value_printer *printer, const struct shape_node *node,
			    char text[static VALUE_TEXT_SIZE])
{
	const struct hit_value *value = value_of_cell(printer, node->cell);

	return value ? go_duration_text(value->integer, text) : 0;
}

size_t value_text(const struct value_printer *printer, const struct shape_node *node,
		  char text[static VALUE_TEXT_SIZE])
{
	switch ((enum shape_kind)node->kind) {
	case SHAPE_TIME:
		return time_text(printer, node, text);
	case SHAPE_DURATION:
		return duration_text(printer, node, text);
	default:
		return 0;
	}
}
