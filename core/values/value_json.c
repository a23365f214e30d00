/* SPDX-License-Identifier: MIT */
#include "value_printer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell_json.h"
#include "value_text.h"

/* ---- values that are one cell ---- */

static void put_cell(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *value = value_of_cell(printer, node->cell);
	const struct cell *cell = &printer->arguments->cells[node->cell].cell;

	if (!value) {
		json_null(printer->writer);
		return;
	}
	if (!cell_json_value(printer->writer, value_redaction(printer), cell, value))
		value_note_cut(printer);
}

/* ---- values of two cells ---- */

static void put_complex(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *real = value_of_cell(printer, node->cell);
	const struct hit_value *imaginary = value_of_cell(printer, node->second);
	uint8_t size = printer->arguments->cells[node->cell].cell.size;

	if (!real || !imaginary) {
		json_null(printer->writer);
		return;
	}
	json_open_object(printer->writer);
	json_key(printer->writer, "re");
	cell_json_float(printer->writer, (uint64_t)real->integer, size);
	json_key(printer->writer, "im");
	cell_json_float(printer->writer, (uint64_t)imaginary->integer, size);
	json_close_object(printer->writer);
}

void value_print_made_text(struct value_printer *printer, const struct text_buffer *text)
{
	struct redacted_text shown = redacted_text_make(
		value_redaction(printer), text->size ? text->data : "", text->size, false);

	json_bytes(printer->writer, shown.data, shown.size);
	redacted_text_release(&shown);
}

/* Writes the text of an integer as other integers are written, and any other text as a string. */
static void put_made_text(struct value_printer *printer, const struct shape_node *node,
			  const struct text_buffer *text)
{
	char digits[20];

	if (node->kind == SHAPE_TEXT && node->count == TEXT_INTEGER && text->size < 19) {
		snprintf(digits, sizeof(digits), "%.*s", (int)text->size, text->data);
		cell_json_signed(printer->writer, strtoll(digits, NULL, 10));
	} else {
		value_print_made_text(printer, text);
	}
}

/* Writes a value that is shown as text. */
static void value_put_text(struct value_printer *printer, const struct shape_node *node)
{
	struct text_buffer text = { 0 };
	enum value_text made = value_text(printer, node, &text);

	if (made == VALUE_TEXT_PARTS)
		value_print_parts(printer, node);
	else if (made == VALUE_TEXT_MADE && !text.failed)
		put_made_text(printer, node, &text);
	else
		json_null(printer->writer);
	text_buffer_release(&text);
}

static void put_optional(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *is_there = value_of_cell(printer, node->cell);

	if (is_there && is_there->integer && node->size > 1)
		value_print(printer, node + 1);
	else
		json_null(printer->writer);
}

static void put_length(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *pointer = value_of_cell(printer, node->cell);
	const struct hit_value *length = value_of_cell(printer, node->second);

	if (pointer && !pointer->integer)
		json_integer(printer->writer, 0);
	else if (length)
		cell_json_signed(printer->writer, length->integer);
	else
		json_null(printer->writer);
}

/* ---- values with parts ---- */

void value_print_fields(struct value_printer *printer, const struct shape_node *node, size_t most)
{
	const struct shape_node *end = node + node->size;

	for (const struct shape_node *field = node + 1; field < end && most--;
	     field += field->size) {
		const char *name = value_name(printer, field);
		size_t before =
			value_path_enter(printer, printer->path_size ? ".%s" : "%s", name, 0);

		json_name(printer->writer, name);
		value_print(printer, field);
		value_path_leave(printer, before);
	}
}

void value_print_members(struct value_printer *printer, const struct shape_node *node)
{
	value_print_fields(printer, node, SIZE_MAX);
	if (node->cut)
		value_note_cut(printer);
}

static void put_empty(struct value_printer *printer, const struct shape_node *node)
{
	if (!value_of_cell(printer, node->cell)) {
		json_null(printer->writer);
		return;
	}
	json_open_object(printer->writer);
	json_close_object(printer->writer);
}

static void put_struct(struct value_printer *printer, const struct shape_node *node)
{
	if (!value_is_there(printer, node)) {
		json_null(printer->writer);
		return;
	}
	json_open_object(printer->writer);
	value_print_members(printer, node);
	json_close_object(printer->writer);
}

static void put_pointer(struct value_printer *printer, const struct shape_node *node)
{
	if (!value_has_target(printer, node))
		return;
	if (node->size > 1) {
		value_print(printer, node + 1);
		return;
	}
	json_open_object(printer->writer);
	json_close_object(printer->writer);
	value_note_cut(printer);
}

static void put_elements(struct value_printer *printer, const struct shape_node *node,
			 int64_t count)
{
	const struct shape_node *end = node + node->size;
	int64_t index = 0;

	json_open_list(printer->writer);
	for (const struct shape_node *element = node + 1; element < end && index < count;
	     element += element->size) {
		size_t before = value_path_enter(printer, NULL, NULL, (uint64_t)index++);

		value_print(printer, element);
		value_path_leave(printer, before);
	}
	json_close_list(printer->writer);
	if (index < count)
		value_note_cut(printer);
}

static void value_put_slice(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *length = value_of_cell(printer, node->second);

	if (!value_has_target(printer, node))
		return;
	if (length)
		put_elements(printer, node, length->integer);
	else
		json_null(printer->writer);
}

/* A value whose key could not be read may be a secret, and counts as one. */
static bool key_is_secret(const struct value_printer *printer, uint8_t cell)
{
	const struct hit_value *value = value_of_cell(printer, cell);

	return printer->arguments->cells[cell].cell.kind == CELL_STRING &&
	       (!value || redaction_hides_key(value_redaction(printer), value->data, value->size,
					      value->length));
}

static void put_secret(struct value_printer *printer, bool is_there)
{
	if (is_there)
		value_print_secret(printer);
	else
		json_null(printer->writer);
}

static void put_guarded(struct value_printer *printer, const struct shape_node *node)
{
	if (key_is_secret(printer, node->cell))
		put_secret(printer, value_is_there(printer, node + 1));
	else
		value_print(printer, node + 1);
}

static bool names_secret(const struct value_printer *printer, const struct shape_node *key)
{
	if (key->kind == SHAPE_INTERFACE)
		key = value_held(printer, key);
	return key && key->kind == SHAPE_CELL && key_is_secret(printer, key->cell);
}

/*
 * Extends the path by the key of an entry, in the syntax of expressions: `["gift"]`, `[42]`. A key that is
 * not a signed integer or a short plain string may be long or contain a secret: the path then gets the number
 * of the entry.
 */
static size_t enter_entry(struct value_printer *printer, const struct shape_node *key,
			  uint64_t index)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. ";
	const struct hit_value *value =
		key->kind == SHAPE_CELL ? value_of_cell(printer, key->cell) : NULL;
	enum cell_kind kind = printer->arguments->cells[key->cell].cell.kind;
	char step[64];

	if (value && kind == CELL_INT) {
		snprintf(step, sizeof(step), "%lld", (long long)value->integer);
		return value_path_enter(printer, "[%s]", step, 0);
	}
	if (!value || kind != CELL_STRING || value->length >= sizeof(step) ||
	    value->size != value->length)
		return value_path_enter(printer, NULL, NULL, index);
	memcpy(step, value->data, value->size);
	step[value->size] = '\0';
	if (strlen(step) != value->size || strspn(step, plain) != value->size)
		return value_path_enter(printer, NULL, NULL, index);
	return value_path_enter(printer, "[\"%s\"]", step, 0);
}

static void put_entries(struct value_printer *printer, const struct shape_node *node, int64_t count)
{
	const struct shape_node *end = node + node->size;
	int64_t index = 0;

	json_open_object(printer->writer);
	for (const struct shape_node *key = node + 1; key < end && index < count; index++) {
		const struct shape_node *element = key + key->size;
		size_t before;

		/* The entry was not found, because the map changed while it was read. */
		if (!value_print_key(printer, key))
			break;
		before = enter_entry(printer, key, (uint64_t)index);
		if (names_secret(printer, key))
			value_print_secret(printer);
		else
			value_print(printer, element);
		value_path_leave(printer, before);
		key = element + element->size;
	}
	json_close_object(printer->writer);
	if (index < count)
		value_note_cut(printer);
}

static void put_map(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *count = value_of_cell(printer, node->second);

	if (!value_has_target(printer, node))
		return;
	if (count)
		put_entries(printer, node, count->integer);
	else
		json_null(printer->writer);
}

static void put_opaque(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *value = value_of_cell(printer, node->cell);
	bool is_pointer = printer->arguments->cells[node->cell].cell.kind == CELL_POINTER;

	if (!value || (is_pointer && !value->integer)) {
		json_null(printer->writer);
		return;
	}
	json_open_object(printer->writer);
	json_key(printer->writer, "type");
	json_name(printer->writer, shape_type_name(printer->arguments->shape, node));
	json_close_object(printer->writer);
}

void value_print(struct value_printer *printer, const struct shape_node *node)
{
	switch ((enum shape_kind)node->kind) {
	case SHAPE_CELL:
		put_cell(printer, node);
		break;
	case SHAPE_STRUCT:
		put_struct(printer, node);
		break;
	case SHAPE_POINTER:
	case SHAPE_ERROR:
		put_pointer(printer, node);
		break;
	case SHAPE_EMPTY:
		put_empty(printer, node);
		break;
	case SHAPE_ARRAY:
		if (value_is_there(printer, node))
			put_elements(printer, node, (int64_t)node->count);
		else
			json_null(printer->writer);
		break;
	case SHAPE_BYTES:
		if (value_has_target(printer, node))
			value_print_bytes(printer, node);
		break;
	case SHAPE_BYTE_ARRAY:
		value_print_bytes(printer, node);
		break;
	case SHAPE_SLICE:
		value_put_slice(printer, node);
		break;
	case SHAPE_MAP:
		put_map(printer, node);
		break;
	case SHAPE_INTERFACE:
		value_print_held(printer, node);
		break;
	case SHAPE_TYPE_NAME:
		value_print_type_name(printer, node);
		break;
	case SHAPE_CHOICE:
		value_print_choice(printer, node);
		break;
	case SHAPE_INSTANCE:
		value_print_instance(printer, node);
		break;
	case SHAPE_COMPLEX:
		put_complex(printer, node);
		break;
	case SHAPE_TIME:
	case SHAPE_DURATION:
	case SHAPE_TEXT:
		value_put_text(printer, node);
		break;
	case SHAPE_OPTIONAL:
		put_optional(printer, node);
		break;
	case SHAPE_LENGTH:
		put_length(printer, node);
		break;
	case SHAPE_NUMBER:
		cell_json_unsigned(printer->writer, node->count);
		break;
	case SHAPE_SECRET:
		put_secret(printer, value_is_there(printer, node));
		break;
	case SHAPE_GUARDED:
		put_guarded(printer, node);
		break;
	case SHAPE_OPAQUE:
		put_opaque(printer, node);
		break;
	case SHAPE_NULL:
		json_null(printer->writer);
		if (node->cut)
			value_note_cut(printer);
		break;
	}
}
