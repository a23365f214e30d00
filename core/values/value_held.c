/* SPDX-License-Identifier: MIT */
/* What interfaces hold. */
#include "value_printer.h"

#include <string.h>

const struct shape_node *value_held(const struct value_printer *printer,
				    const struct shape_node *node)
{
	const struct hit_value *hash = value_of_cell(printer, node->second);
	const struct shape_node *end = node + node->size;

	for (const struct shape_node *held = node + 1; hash && held < end; held += held->size) {
		if (held->hash == (uint32_t)hash->integer)
			return held;
	}
	return NULL;
}

/* Whether a value that an interface holds is nil, or is written like it. */
static bool value_is_nil(const struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *value = value_of_cell(printer, node->cell);

	switch ((enum shape_kind)node->kind) {
	case SHAPE_CELL:
		return value && !value->integer &&
		       printer->arguments->cells[node->cell].cell.kind == CELL_POINTER;
	case SHAPE_POINTER:
		if (value && value->integer && node->size > 1)
			return value_is_nil(printer, node + 1);
		return value && !value->integer;
	case SHAPE_TEXT:
		return node->size > 1 && node[1].kind == SHAPE_BYTES &&
		       value_is_nil(printer, node + 1);
	case SHAPE_SLICE:
	case SHAPE_BYTES:
	case SHAPE_MAP:
	case SHAPE_INTERFACE:
	case SHAPE_OPTIONAL:
		return value && !value->integer;
	default:
		return false;
	}
}

/* The name of the type of what an interface holds; NULL where it is not known. */
static const char *held_name(const struct value_printer *printer, const struct shape_node *node,
			     const struct shape_node *held)
{
	const struct hit_value *hash = value_of_cell(printer, node->second);

	if (held)
		return value_name(printer, held);
	return hash ? type_names_find(printer->arguments->shape->type_names,
				      (uint32_t)hash->integer) :
		      NULL;
}

/* Whether an interface holds nil of a type of which nothing but the name is known: itself, not a pointer to it. */
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

/* Writes the type of a value that is not shown itself, and whether it is nil. */
static void put_held_type(struct value_printer *printer, const char *name, bool is_nil)
{
	json_open_object(printer->writer);
	json_key(printer->writer, "type");
	if (name)
		json_name(printer->writer, name);
	else
		json_null(printer->writer);
	if (is_nil) {
		json_key(printer->writer, "value");
		json_null(printer->writer);
	}
	json_close_object(printer->writer);
}

/* What the pointers of a value lead to, as far as they were followed. */
static const struct shape_node *find_end(const struct shape_node *node)
{
	while (node->kind == SHAPE_POINTER && node->size > 1)
		node++;
	return node;
}

/* Whether nothing would be written of a value: it is a struct without fields, or none of them was captured. */
static bool is_bare(const struct shape_node *node)
{
	node = find_end(node);
	return node->kind == SHAPE_EMPTY ||
	       (node->size == 1 && (node->kind == SHAPE_STRUCT || node->kind == SHAPE_POINTER));
}

void value_print_held(struct value_printer *printer, const struct shape_node *node)
{
	const struct shape_node *held;
	const char *name;
	bool is_nil;

	if (!value_has_target(printer, node))
		return;
	held = value_held(printer, node);
	name = held_name(printer, node, held);
	is_nil = held ? value_is_nil(printer, held) : holds_nil(printer, node, name);
	if (held && held->kind != SHAPE_NULL && value_is_there(printer, held) && !is_nil &&
	    !is_bare(held)) {
		value_print(printer, held);
		return;
	}
	put_held_type(printer, name, is_nil);
	if (!is_nil && (!held || find_end(held)->cut || find_end(held)->kind == SHAPE_POINTER))
		value_note_cut(printer);
}

/* The field of what an interface holds. Of a type that was not among those looked at it is not known. */
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

/* A register of the value may hold 0, the pointer that leads to it may not. */
