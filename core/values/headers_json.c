/* SPDX-License-Identifier: MIT */
/* The captured headers of a request and of its response. */
#include "arguments_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "value_printer.h"

#define REQUEST_ATTRIBUTE "http.request.header."

enum { HEADER_MAX_TEXT = 8 * (STRING_MAX_SIZE + 2) };

/* Appends one value of a header; returns false if there is no room for it. */
static bool append_value(const struct value_printer *printer, const struct hit_value *value,
			 bool is_first, char *text, size_t *size)
{
	bool is_cut = value->size < value->length;
	struct redacted_text shown = redacted_text_make(
		value_redaction(printer), value->data,
		is_cut ? escape_trim_cut(value->data, value->size) : value->size, is_cut);
	bool fits = *size + shown.size + 2 <= HEADER_MAX_TEXT;

	if (fits && !is_first) {
		memcpy(text + *size, ", ", 2);
		*size += 2;
	}
	if (fits) {
		memcpy(text + *size, shown.data, shown.size);
		*size += shown.size;
	}
	redacted_text_release(&shown);
	return fits;
}

/*
 * Joins the values of a header, each of which is one cell of a slice of strings; returns the size of the
 * text. `ret_read` is whether at least one value was read, `ret_cut` whether a value is missing or truncated.
 */
static size_t join_values(const struct value_printer *printer, const struct shape_node *slice,
			  int64_t count, char *text, bool *ret_read, bool *ret_cut)
{
	const struct shape_node *end = slice + slice->size;
	bool is_joined = false;
	size_t size = 0;

	*ret_cut = false;
	for (const struct shape_node *value = slice + 1; value < end && count > 0;
	     value += value->size) {
		const struct hit_value *string = value_of_cell(printer, value->cell);

		count--;
		if (!string || !append_value(printer, string, !is_joined, text, &size)) {
			*ret_cut = true;
			continue;
		}
		*ret_cut |= string->size < string->length;
		is_joined = true;
	}
	*ret_cut |= count > 0;
	*ret_read = is_joined;
	return size;
}

/* OpenTelemetry has a name of its own for this header. */
static bool is_user_agent(const struct value_printer *printer, const char *name)
{
	return strcmp(name, "User-Agent") == 0 &&
	       strcmp(printer->attribute, REQUEST_ATTRIBUTE) == 0;
}

/* Writes the name of an attribute, and what is before its value, which is a list or one text. */
static void begin_attribute(struct value_printer *printer, const char *key, bool is_list)
{
	if (printer->is_otlp) {
		json_open_object(printer->writer);
		json_key(printer->writer, "key");
		json_name(printer->writer, key);
		json_key(printer->writer, "value");
		json_open_object(printer->writer);
	}
	if (printer->is_otlp && is_list) {
		json_key(printer->writer, "arrayValue");
		json_open_object(printer->writer);
		json_key(printer->writer, "values");
		json_open_list(printer->writer);
		json_open_object(printer->writer);
	}
	if (printer->is_otlp)
		json_key(printer->writer, "stringValue");
	else
		json_name(printer->writer, key);
	if (is_list && !printer->is_otlp)
		json_open_list(printer->writer);
}

static void end_attribute(struct value_printer *printer, bool is_list)
{
	if (printer->is_otlp && is_list) {
		json_close_object(printer->writer);
		json_close_list(printer->writer);
		json_close_object(printer->writer);
	}
	if (printer->is_otlp) {
		json_close_object(printer->writer);
		json_close_object(printer->writer);
	} else if (is_list) {
		json_close_list(printer->writer);
	}
}

/* Writes the name of a header, and as an attribute begins its list of values. */
static void begin_header(struct value_printer *printer, const char *name)
{
	char key[ARGUMENT_MAX_PATH];

	if (!printer->attribute) {
		json_name(printer->writer, name);
		return;
	}
	if (is_user_agent(printer, name)) {
		begin_attribute(printer, "user_agent.original", false);
		return;
	}
	snprintf(key, sizeof(key), "%s%s", printer->attribute, name);
	for (char *at = key; *at; at++)
		*at = *at >= 'A' && *at <= 'Z' ? (char)(*at + 'a' - 'A') : *at;
	begin_attribute(printer, key, true);
}

static void end_header(struct value_printer *printer, const char *name)
{
	if (printer->attribute)
		end_attribute(printer, !is_user_agent(printer, name));
}

/* Writes null if the header exists but none of its values could be read. */
static void put_joined(struct value_printer *printer, const char *name,
		       const struct shape_node *slice, int64_t count)
{
	char *text = malloc(HEADER_MAX_TEXT);
	bool cut, is_read = false;
	size_t size;

	if (!text)
		return;
	size = join_values(printer, slice, count, text, &is_read, &cut);
	if (printer->is_otlp && !is_read) {
		free(text);
		return;
	}
	begin_header(printer, name);
	if (is_read)
		json_bytes(printer->writer, text, size);
	else
		json_null(printer->writer);
	end_header(printer, name);
	if (is_read && cut)
		value_note_cut(printer);
	free(text);
}

/*
 * Returns whether a header is written. In a record, a header that is not in the map looks the same as a
 * header that could not be read; both are left out, because nearly always the header is not in the map. Host
 * is a field and not an entry of the map: if it could not be read, it is written as null.
 */
static bool is_there(const struct value_printer *printer, const struct shape_node *node)
{
	const struct hit_value *found;

	switch (node->kind) {
	case SHAPE_NULL:
		return true;
	case SHAPE_SLICE:
		found = value_of_cell(printer, node->second);
		return found && found->integer > 0;
	case SHAPE_SECRET:
		found = value_of_cell(printer, node->cell);
		return found && found->integer > 0;
	case SHAPE_CELL:
		found = value_of_cell(printer, node->cell);
		return !found || found->length > 0;
	default:
		return false;
	}
}

/* Returns whether the header is not null: see is_there(). */
static bool is_readable(const struct value_printer *printer, const struct shape_node *node)
{
	return node->kind != SHAPE_NULL &&
	       (node->kind != SHAPE_CELL || value_of_cell(printer, node->cell));
}

/* `place` is the format of the path for `cuts`. */
static void put_header(struct value_printer *printer, const char *place, const char *name,
		       const struct shape_node *node)
{
	size_t before;

	if (!is_there(printer, node) || (printer->is_otlp && !is_readable(printer, node)))
		return;
	before = value_path_enter(printer, place, name, 0);
	if (node->kind == SHAPE_SLICE) {
		put_joined(printer, name, node, value_of_cell(printer, node->second)->integer);
	} else {
		begin_header(printer, name);
		if (node->kind == SHAPE_SECRET)
			value_print_secret(printer);
		else
			value_print(printer, node);
		end_header(printer, name);
	}
	value_path_leave(printer, before);
}

static void put_unknown(struct value_printer *printer, const char *name)
{
	if (printer->is_otlp)
		return;
	begin_header(printer, name);
	json_null(printer->writer);
	end_header(printer, name);
}

/* Returns the first header among the captures, after the expressions; NULL if there is none. */
static const struct shape_node *first_header(const struct hit_arguments *arguments)
{
	const struct shape_node *root = arguments->shape->nodes, *node = root + 1;

	for (uint8_t i = 0; i < arguments->expression_count && node < root + root->size; i++)
		node += node->size;
	return node < root + root->size ? node : NULL;
}

bool arguments_have_headers(const struct hit_arguments *arguments)
{
	return arguments && first_header(arguments);
}

static void put_request_headers(struct value_printer *printer)
{
	const struct shape_node *root = printer->arguments->shape->nodes;

	for (const struct shape_node *node = first_header(printer->arguments);
	     node && node < root + root->size; node += node->size)
		put_header(printer, "request_headers.%s", value_name(printer, node), node);
}

void arguments_write_request_headers(struct json_writer *writer,
				     const struct hit_arguments *arguments,
				     struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };

	put_request_headers(&printer);
}

void arguments_write_request_header_attributes(struct json_writer *writer,
					       const struct hit_arguments *arguments, bool is_otlp,
					       struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer,
					 .arguments = arguments,
					 .cuts = cuts,
					 .attribute = REQUEST_ATTRIBUTE,
					 .is_otlp = is_otlp };

	put_request_headers(&printer);
}

/*
 * Returns the node of a response header as it was sent. Each header has three nodes: whether the headers were
 * written, the value in the copy that was made then, and the value in the handler's map, which counts if they
 * were not written. NULL if it is not known whether they were written.
 */
static const struct shape_node *choose_sent(const struct value_printer *printer,
					    const struct shape_node *written)
{
	const struct shape_node *sent = written + written->size, *kept = sent + sent->size;
	const struct hit_value *value =
		written->kind == SHAPE_CELL ? value_of_cell(printer, written->cell) : NULL;

	if (!value)
		return NULL;
	return value->integer ? sent : kept;
}

static void put_response_headers(struct value_printer *printer)
{
	const struct shape_node *root = printer->arguments->shape->nodes;

	for (const struct shape_node *node = first_header(printer->arguments);
	     node && node < root + root->size;) {
		const struct shape_node *after = node + node->size,
					*sent = choose_sent(printer, node);

		if (sent)
			put_header(printer, "response_headers.%s", value_name(printer, node), sent);
		else
			put_unknown(printer, value_name(printer, node));
		after += after->size;
		node = after + after->size;
	}
}

void arguments_write_response_headers(struct json_writer *writer,
				      const struct hit_arguments *arguments,
				      struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };

	put_response_headers(&printer);
}

void arguments_write_response_header_attributes(struct json_writer *writer,
						const struct hit_arguments *arguments, bool is_otlp,
						struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer,
					 .arguments = arguments,
					 .cuts = cuts,
					 .attribute = "http.response.header.",
					 .is_otlp = is_otlp };

	put_response_headers(&printer);
}
