/* SPDX-License-Identifier: MIT */
/* The headers among what was captured of a request. */
#include "arguments_json.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "value_json.h"

enum { HEADER_MAX_TEXT = 8 * (STRING_MAX_SIZE + 2) };

/*
 * A header's values, one after the other; returns the size. Each is one cell of a slice of strings.
 * `ret_cut`: whether that is not all.
 */
static size_t join_values(const struct value_printer *printer, const struct shape_node *slice,
			  int64_t count, char *text, bool *ret_cut)
{
	const struct shape_node *end = slice + slice->size;
	size_t size = 0;
	bool is_joined = false;

	*ret_cut = false;
	for (const struct shape_node *value = slice + 1; value < end && count > 0;
	     value += value->size) {
		const struct hit_value *string = value_of_cell(printer, value->cell);

		count--;
		if (!string || size + string->size + 2 > HEADER_MAX_TEXT) {
			*ret_cut = true;
			continue;
		}
		if (is_joined) {
			memcpy(text + size, ", ", 2);
			size += 2;
		}
		is_joined = true;
		memcpy(text + size, string->data, string->size);
		if (string->size < string->length) {
			*ret_cut = true;
			size += escape_trim_cut(string->data, string->size);
		} else {
			size += string->size;
		}
	}
	*ret_cut |= count > 0;
	return size;
}

static void put_joined(struct value_printer *printer, const char *name,
		       const struct shape_node *slice, int64_t count)
{
	char *text = malloc(HEADER_MAX_TEXT);
	size_t size;
	bool cut;

	if (!text)
		return;
	size = join_values(printer, slice, count, text, &cut);
	json_name(printer->writer, name);
	json_bytes(printer->writer, text, size);
	if (cut)
		value_note_cut(printer);
	free(text);
}

/* Where the header was there. `place` is what its path begins with. */
static void put_header(struct value_printer *printer, const char *place, const char *name,
		       const struct shape_node *node)
{
	bool is_secret = node->kind == SHAPE_SECRET, is_slice = node->kind == SHAPE_SLICE;
	const struct hit_value *found;
	size_t before;

	if (!is_slice && !is_secret && node->kind != SHAPE_CELL)
		return;
	found = value_of_cell(printer, is_slice ? node->second : node->cell);
	if (!found || (is_slice || is_secret ? found->integer <= 0 : found->length == 0))
		return;
	before = value_path_enter(printer, place, name, 0);
	if (is_slice) {
		put_joined(printer, name, node, found->integer);
	} else {
		json_name(printer->writer, name);
		if (is_secret)
			value_print_secret(printer);
		else
			value_print(printer, node);
	}
	value_path_leave(printer, before);
}

/* The first of the captures that is a header; NULL when none is. */
static const struct shape_node *first_header(const struct hit_arguments *arguments)
{
	const struct shape_node *root = arguments->shape->nodes, *node = root + 1;

	for (uint8_t i = 0; i < arguments->expression_count && node < root + root->size; i++)
		node += node->size;
	return node < root + root->size ? node : NULL;
}

void arguments_write_request_headers(struct json_writer *writer,
				     const struct hit_arguments *arguments,
				     struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };
	const struct shape_node *root = arguments->shape->nodes;

	for (const struct shape_node *node = first_header(arguments);
	     node && node < root + root->size; node += node->size)
		put_header(&printer, "request_headers.%s", value_name(&printer, node), node);
}

/* Whether the header was written: what was copied then is what was sent. */
static bool was_written(const struct value_printer *printer, const struct shape_node *written)
{
	const struct hit_value *value = value_of_cell(printer, written->cell);

	return written->kind == SHAPE_CELL && value && value->integer;
}

void arguments_write_response_headers(struct json_writer *writer,
				      const struct hit_arguments *arguments,
				      struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };
	const struct shape_node *root = arguments->shape->nodes;

	for (const struct shape_node *node = first_header(arguments);
	     node && node < root + root->size;) {
		const struct shape_node *sent = node + node->size;
		const struct shape_node *kept = sent + sent->size;

		put_header(&printer, "response_headers.%s", value_name(&printer, node),
			   was_written(&printer, node) ? sent : kept);
		node = kept + kept->size;
	}
}
