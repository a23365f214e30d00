/* SPDX-License-Identifier: MIT */
/* Values as keys of an object. */
#include "value_json.h"

#include "cell_json.h"

static bool put_cell_key(struct value_printer *printer, const struct shape_node *key)
{
	const struct hit_value *value = value_of_cell(printer, key->cell);
	const struct cell *cell = &printer->arguments->cells[key->cell].cell;

	if (!value)
		return false;
	if (!cell_json_key(printer->writer, cell, value))
		value_note_cut(printer);
	return true;
}

static bool put_text_key(struct value_printer *printer, const struct shape_node *key)
{
	char text[VALUE_TEXT_SIZE];
	size_t size = value_text(printer, key, text);

	if (size)
		json_bytes(printer->writer, text, size);
	return size;
}

/* The value's JSON, as a string. */
static bool put_json_key(struct value_printer *printer, const struct shape_node *key)
{
	struct value_printer inner = *printer;
	struct bytes text;
	bool written = false;

	if (!value_is_there(printer, key) || json_writer_create(&inner.writer) < 0)
		return false;
	value_print(&inner, key);
	if (json_writer_finish(inner.writer, "", &text) == 0) {
		json_bytes(printer->writer, (const char *)text.data, text.size);
		written = true;
	}
	json_writer_destroy(inner.writer);
	return written;
}

bool value_print_key(struct value_printer *printer, const struct shape_node *node)
{
	switch ((enum shape_kind)node->kind) {
	case SHAPE_CELL:
	case SHAPE_POINTER: /* which is equal to none that leads elsewhere */
		return put_cell_key(printer, node);
	case SHAPE_TIME:
	case SHAPE_DURATION:
		return put_text_key(printer, node);
	case SHAPE_BYTE_ARRAY:
		return value_print_bytes_key(printer, node);
	default:
		return put_json_key(printer, node);
	}
}
