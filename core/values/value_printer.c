/* SPDX-License-Identifier: MIT */
#include "value_printer.h"

#include <stdio.h>
#include <string.h>

const struct hit_value *value_of_cell(const struct value_printer *printer, uint8_t cell)
{
	const struct hit_arguments *arguments = printer->arguments;

	if (!(arguments->known[cell / 64] >> cell % 64 & 1))
		return NULL;
	return &arguments->values[cell];
}

const char *value_name(const struct value_printer *printer, const struct shape_node *node)
{
	return shape_name(printer->arguments->shape, node);
}

const struct redaction *value_redaction(const struct value_printer *printer)
{
	return printer->arguments->shape->spec->redaction;
}

/* ---- the path ---- */

size_t value_path_enter(struct value_printer *printer, const char *format, const char *name,
			uint64_t index)
{
	size_t before = printer->path_size, room = sizeof(printer->path) - before;
	int size =
		name ? snprintf(printer->path + before, room, format, name) :
		       snprintf(printer->path + before, room, "[%llu]", (unsigned long long)index);

	printer->path_size = before + ((size_t)size < room ? (size_t)size : room - 1);
	return before;
}

void value_path_leave(struct value_printer *printer, size_t before)
{
	printer->path_size = before;
	printer->path[before] = '\0';
}

void value_note_cut(struct value_printer *printer)
{
	struct argument_cuts *cuts = printer->cuts;

	/* A truncated key is noted with the path of its map, which may be noted already. */
	for (size_t i = 0; i < cuts->count; i++) {
		if (strcmp(cuts->paths[i], printer->path) == 0)
			return;
	}
	if (cuts->count < ARGUMENT_MAX_CUTS)
		strcpy(cuts->paths[cuts->count++], printer->path);
}

static bool secret_is_there(const struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *value = value_of_cell(printer, node->cell);

	if (node->count)
		return true;
	return value &&
	       (value->integer || printer->arguments->cells[node->cell].cell.kind != CELL_POINTER);
}

/*
 * Returns whether a value has no cell that shows whether the value could be read: an array without elements,
 * or a struct of such arrays.
 */
static bool has_no_cell(const struct shape_node *node)
{
	const struct shape_node *end = node + node->size;

	if (node->kind != SHAPE_STRUCT && node->kind != SHAPE_ARRAY)
		return false;
	for (const struct shape_node *part = node + 1; part < end; part += part->size) {
		if (!has_no_cell(part))
			return false;
	}
	return true;
}

bool value_is_there(const struct value_printer *printer, const struct shape_node *node)
{
	const struct shape_node *end = node + node->size;

	if (node->kind == SHAPE_SECRET)
		return secret_is_there(printer, node);
	if (node->kind == SHAPE_GUARDED)
		return value_is_there(printer, node + 1);
	if (node->kind != SHAPE_STRUCT && node->kind != SHAPE_ARRAY && node->kind != SHAPE_TEXT)
		return node->kind == SHAPE_NUMBER || node->kind == SHAPE_NULL ||
		       value_of_cell(printer, node->cell) ||
		       (node->kind == SHAPE_LENGTH && value_of_cell(printer, node->second));
	if (node->size == 1 || has_no_cell(node))
		return true;
	for (const struct shape_node *part = node + 1; part < end; part += part->size) {
		if (!has_no_cell(part) && value_is_there(printer, part))
			return true;
	}
	return false;
}

bool value_has_target(struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *pointer = value_of_cell(printer, node->cell);

	if (pointer && pointer->integer)
		return true;
	json_null(printer->writer);
	return false;
}

void value_print_secret(struct value_printer *printer)
{
	json_key(printer->writer, REDACTED);
}
