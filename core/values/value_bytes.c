/* SPDX-License-Identifier: MIT */
/* Slices and arrays of bytes. */
#include "value_text.h"

#include <string.h>

/* Concatenates the cells of an array; returns false if a cell could not be read. */
static bool gather_cells(const struct value_printer *printer, const struct shape_node *node,
			 struct node_bytes *ret_bytes)
{
	size_t used = 0;

	for (uint16_t i = node->cell; i < node->cell + node->second; i++) {
		const struct hit_value *value = value_of_cell(printer, (uint8_t)i);
		uint8_t size = printer->arguments->cells[(uint8_t)i].cell.size;

		if (!value || size > sizeof(value->integer) ||
		    used + size > sizeof(ret_bytes->room))
			return false;
		memcpy(ret_bytes->room + used, &value->integer, size);
		used += size;
	}
	ret_bytes->bytes = (struct byte_string){ ret_bytes->room, used, node->count };
	return true;
}

bool value_bytes(const struct value_printer *printer, const struct shape_node *node,
		 struct node_bytes *ret_bytes)
{
	const struct hit_value *value;

	if (node->kind == SHAPE_BYTE_ARRAY) {
		if (!gather_cells(printer, node, ret_bytes))
			return false;
		ret_bytes->is_text = bytes_of_array_are_text(&ret_bytes->bytes);
		return true;
	}
	value = value_of_cell(printer, node->second);
	if (!value || !value->data)
		return false;
	ret_bytes->bytes = (struct byte_string){ value->data, value->size, value->length };
	ret_bytes->is_text = bytes_are_text(&ret_bytes->bytes);
	return true;
}

static void value_put_bytes(struct value_printer *printer, const struct node_bytes *bytes,
			    bool is_key)
{
	enum bytes_notation notation = printer->arguments->shape->spec->notation;
	const struct byte_string *whole = &bytes->bytes;
	struct redacted_text text = redacted_text_make(value_redaction(printer), whole->data,
						       bytes_text_size(whole),
						       whole->size < whole->length);

	/* Digits would reveal a secret, so bytes that contain a secret are always written as text. */
	if (bytes->is_text || text.data != whole->data)
		json_bytes(printer->writer, text.data, text.size);
	else if (is_key)
		bytes_json_key(printer->writer, &bytes->bytes, notation);
	else
		bytes_json_value(printer->writer, &bytes->bytes, notation);
	redacted_text_release(&text);
	if (bytes->bytes.size < bytes->bytes.length)
		value_note_cut(printer);
}

void value_print_bytes(struct value_printer *printer, const struct shape_node *node)
{
	struct node_bytes bytes;

	if (value_bytes(printer, node, &bytes))
		value_put_bytes(printer, &bytes, false);
	else
		json_null(printer->writer);
}

bool value_print_bytes_key(struct value_printer *printer, const struct shape_node *node)
{
	struct node_bytes bytes;

	if (!value_bytes(printer, node, &bytes))
		return false;
	value_put_bytes(printer, &bytes, true);
	return true;
}
