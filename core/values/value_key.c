/* SPDX-License-Identifier: MIT */
/* Writes values as keys of an object. */
#include "value_text.h"

#include "cell_json.h"

static bool put_cell_key(struct value_printer *printer, const struct shape_node *key)
{
	const struct hit_value *value = value_of_cell(printer, key->cell);
	const struct cell *cell = &printer->arguments->cells[key->cell].cell;

	if (!value)
		return false;
	if (!cell_json_key(printer->writer, value_redaction(printer), cell, value))
		value_note_cut(printer);
	return true;
}

/* Writes the JSON of the value as a string. */
static bool put_json_key(struct value_printer *printer, const struct shape_node *key)
{
	struct value_printer inner = *printer;
	struct bytes text;
	bool written = false;

	if (!value_is_there(printer, key) || inner.key_depth++ == VALUE_MAX_KEY_DEPTH ||
	    json_writer_create(&inner.writer) < 0)
		return false;
	value_print(&inner, key);
	if (json_writer_finish(inner.writer, "", &text) == 0) {
		json_bytes(printer->writer, (const char *)text.data, text.size);
		written = true;
	}
	json_writer_destroy(inner.writer);
	return written;
}

static bool put_text_key(struct value_printer *printer, const struct shape_node *key)
{
	struct text_buffer text = { 0 };
	enum value_text made = value_text(printer, key, &text);
	bool written = made == VALUE_TEXT_MADE && !text.failed;

	if (written)
		value_print_made_text(printer, &text);
	text_buffer_release(&text);
	return made == VALUE_TEXT_PARTS ? put_json_key(printer, key) : written;
}

bool value_print_key(struct value_printer *printer, const struct shape_node *node)
{
	const struct shape_node *held = node->kind == SHAPE_INTERFACE ? value_held(printer, node) :
									NULL;

	if (held)
		return value_print_key(printer, held);
	switch ((enum shape_kind)node->kind) {
	case SHAPE_CELL:
	case SHAPE_POINTER: /* the address: pointers are equal only if their addresses are */
	case SHAPE_ERROR:
		return put_cell_key(printer, node);
	case SHAPE_TIME:
	case SHAPE_DURATION:
	case SHAPE_TEXT:
		return put_text_key(printer, node);
	case SHAPE_BYTE_ARRAY:
		return value_print_bytes_key(printer, node);
	default:
		return put_json_key(printer, node);
	}
}
