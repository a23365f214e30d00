/* SPDX-License-Identifier: MIT */
/* Values whose type is found by a hash in the record: in interfaces, and in generic functions. */
#include "value_error.h"
#include "value_printer.h"
#include "value_text.h"

#include <string.h>

/* Returns the hash of a result's type, which is captured at the start of the call; NULL if it was not. */
static const struct hit_value *result_hash(const struct value_printer *printer,
					   const struct shape_node *node)
{
	struct value_printer call = { .arguments = printer->call };
	uint8_t cell;

	if (!printer->call || node->count > SHAPE_MAX_RESULTS)
		return NULL;
	cell = printer->call->shape->result_hashes[node->count - 1];
	return cell ? value_of_cell(&call, cell - 1) : NULL;
}

const struct shape_node *value_held(const struct value_printer *printer,
				    const struct shape_node *node)
{
	const struct hit_value *hash = node->kind == SHAPE_INSTANCE && node->count ?
					       result_hash(printer, node) :
					       value_of_cell(printer, node->second);
	const struct shape_node *end = node + node->size;

	for (const struct shape_node *held = node + 1; hash && held < end; held += held->size) {
		if (held->hash == (uint32_t)hash->integer)
			return held;
	}
	return NULL;
}

const char *value_held_name(const struct value_printer *printer, const struct shape_node *node,
			    const struct shape_node *held)
{
	const struct hit_value *hash = value_of_cell(printer, node->second);

	if (held)
		return value_name(printer, held);
	return hash ? type_names_find(printer->arguments->shape->type_names,
				      (uint32_t)hash->integer) :
		      NULL;
}

/*
 * Returns whether an interface holds nil of a type of which only the name is known. The second word of an
 * interface contains a pointer, map, channel or function itself, but the address of any other value.
 */
static bool holds_nil(const struct value_printer *printer, const struct shape_node *node,
		      const char *name)
{
	static const char *const kinds[] = { "*",	"map[",	 "chan ",
					     "<-chan ", "func(", "unsafe.Pointer" };
	const struct hit_value *value = value_of_cell(printer, (uint8_t)node->count);

	for (size_t i = 0; name && value && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return !value->integer;
	}
	return false;
}

/*
 * Returns whether the value in an interface is written. It is not written if its memory could not be
 * read, or if only the name of its type is shown. Nil is written.
 */
static bool held_is_shown(const struct value_printer *printer, const struct shape_node *held)
{
	while (held->kind == SHAPE_POINTER && held->size > 1) {
		const struct hit_value *pointer = value_of_cell(printer, held->cell);

		if (pointer && !pointer->integer)
			return true;
		held++;
	}
	return held->kind != SHAPE_NULL && held->kind != SHAPE_OPAQUE &&
	       value_is_there(printer, held);
}

/* An error of the standard library is shown as its text, unless it is nil. */
static bool held_is_text(const struct value_printer *printer, const struct shape_node *held)
{
	const struct hit_value *pointer = value_of_cell(printer, held->cell);

	return held->kind == SHAPE_ERROR && pointer && pointer->integer;
}

/* Writes the text of an error that is made of parts. Returns whether it is known. */
static bool put_error_text(struct value_printer *printer, const struct shape_node *node)
{
	struct text_buffer text = { 0 };
	bool known = value_error_text(printer, node, 0, &text) && !text.failed;

	if (known) {
		json_key(printer->writer, "text");
		value_print_made_text(printer, &text);
	}
	text_buffer_release(&text);
	return known;
}

void value_print_held(struct value_printer *printer, const struct shape_node *node)
{
	const struct shape_node *held;
	const char *name;

	if (!value_has_target(printer, node))
		return;
	held = value_held(printer, node);
	name = value_held_name(printer, node, held);
	json_open_object(printer->writer);
	json_key(printer->writer, "type");
	if (name)
		json_name(printer->writer, name);
	else
		json_null(printer->writer);
	if (put_error_text(printer, node)) {
		/* Its parts are in the text. */
	} else if (held && held_is_shown(printer, held)) {
		json_name(printer->writer, held_is_text(printer, held) ? "text" : "value");
		value_print(printer, held);
	} else if (!held && holds_nil(printer, node, name)) {
		json_key(printer->writer, "value");
		json_null(printer->writer);
	} else if (!held) {
		value_note_cut(printer);
	}
	json_close_object(printer->writer);
}

void value_print_type_name(struct value_printer *printer, const struct shape_node *node)
{
	const char *name;

	if (!value_has_target(printer, node))
		return;
	name = value_held_name(printer, node, NULL);
	if (name)
		json_name(printer->writer, name);
	else
		json_null(printer->writer);
}

/* Writes a field of the value in an interface; null if the type of the value is not among the children. */
void value_print_choice(struct value_printer *printer, const struct shape_node *node)
{
	const struct shape_node *held;

	if (!value_has_target(printer, node))
		return;
	held = value_held(printer, node);
	if (held)
		value_print(printer, held);
	else
		json_null(printer->writer);
	if (!held)
		value_note_cut(printer);
}

/*
 * Writes a value in code that several instances of a generic function share. The last child is valid for each
 * instance that has no child of its own.
 */
void value_print_instance(struct value_printer *printer, const struct shape_node *node)
{
	const struct shape_node *end = node + node->size, *last = NULL;
	const struct shape_node *held = value_held(printer, node);

	for (const struct shape_node *child = node + 1; child < end; child += child->size)
		last = child;
	if (held || last)
		value_print(printer, held ? held : last);
	else
		json_null(printer->writer);
}
