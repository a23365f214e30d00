/* SPDX-License-Identifier: MIT */
#include "arguments_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "go_text.h"

/* What is being written, and where in the whole value it stands. */
struct printer {
	struct json_writer *writer;
	const struct hit_arguments *arguments;
	struct argument_cuts *cuts;
	char path[ARGUMENT_MAX_PATH];
	size_t path_size;
};

static void put_value(struct printer *printer, const struct shape_node *node);

static const struct hit_value *value_of(const struct printer *printer, uint8_t cell)
{
	const struct hit_arguments *arguments = printer->arguments;

	if (!(arguments->known[cell / 64] >> cell % 64 & 1))
		return NULL;
	return &arguments->values[cell];
}

static const char *name_of(const struct printer *printer, const struct shape_node *node)
{
	return shape_name(printer->arguments->shape, node);
}

/* ---- the path ---- */

/* Goes a step down; returns what path_leave() needs. */
static size_t path_enter(struct printer *printer, const char *format, const char *name, uint64_t index)
{
	size_t before = printer->path_size, room = sizeof(printer->path) - before;
	int size = name ? snprintf(printer->path + before, room, format, name)
			: snprintf(printer->path + before, room, "[%llu]", (unsigned long long)index);

	printer->path_size = before + ((size_t)size < room ? (size_t)size : room - 1);
	return before;
}

static void path_leave(struct printer *printer, size_t before)
{
	printer->path_size = before;
	printer->path[before] = '\0';
}

static void note_cut(struct printer *printer)
{
	struct argument_cuts *cuts = printer->cuts;

	if (cuts->count < ARGUMENT_MAX_CUTS)
		strcpy(cuts->paths[cuts->count++], printer->path);
}

/* ---- values that are one cell ---- */

static void put_digits(struct printer *printer, const char *format, uint64_t value)
{
	char text[32];

	json_plain(printer->writer, text, snprintf(text, sizeof(text), format, (unsigned long long)value));
}

/* Readers keep numbers in doubles: what does not fit would be another number there. */
static void put_signed(struct printer *printer, int64_t value)
{
	char text[32];

	if (value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53)
		json_integer(printer->writer, value);
	else
		json_plain(printer->writer, text, snprintf(text, sizeof(text), "%lld", (long long)value));
}

static void put_unsigned(struct printer *printer, uint64_t value)
{
	if (value <= UINT64_C(1) << 53)
		json_integer(printer->writer, (int64_t)value);
	else
		put_digits(printer, "%llu", value);
}

static void put_float(struct printer *printer, uint64_t bits, uint8_t size)
{
	char text[GO_TEXT_SIZE];

	if (go_float_text(bits, size, text))
		json_raw(printer->writer, text, strlen(text));
	else
		json_name(printer->writer, text);
}

static void put_string(struct printer *printer, const struct hit_value *value)
{
	size_t size = value->size;

	if (value->size < value->length) {
		size = escape_trim_cut(value->data, size);
		note_cut(printer);
	}
	json_bytes(printer->writer, value->data, size);
}

static void put_cell(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *value = value_of(printer, node->cell);
	const struct cell *cell = &printer->arguments->cells[node->cell].cell;

	if (!value) {
		json_null(printer->writer);
		return;
	}
	switch (cell->kind) {
	case CELL_BOOL:
		json_bool(printer->writer, value->integer);
		break;
	case CELL_INT:
		put_signed(printer, value->integer);
		break;
	case CELL_UINT:
		put_unsigned(printer, (uint64_t)value->integer);
		break;
	case CELL_FLOAT:
		put_float(printer, (uint64_t)value->integer, cell->size);
		break;
	case CELL_STRING:
		put_string(printer, value);
		break;
	case CELL_POINTER:
		if (value->integer)
			put_digits(printer, "0x%llx", (uint64_t)value->integer);
		else
			json_null(printer->writer);
		break;
	}
}

/* ---- values of two cells ---- */

static void put_complex(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *real = value_of(printer, node->cell);
	const struct hit_value *imaginary = value_of(printer, node->second);
	uint8_t size = printer->arguments->cells[node->cell].cell.size;

	if (!real || !imaginary) {
		json_null(printer->writer);
		return;
	}
	json_open_object(printer->writer);
	json_key(printer->writer, "re");
	put_float(printer, (uint64_t)real->integer, size);
	json_key(printer->writer, "im");
	put_float(printer, (uint64_t)imaginary->integer, size);
	json_close_object(printer->writer);
}

static void put_time(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *wall = value_of(printer, node->cell);
	const struct hit_value *ext = value_of(printer, node->second);
	char text[GO_TEXT_SIZE];

	if (wall && ext)
		json_plain(printer->writer, text, go_time_text((uint64_t)wall->integer, ext->integer, text));
	else
		json_null(printer->writer);
}

static void put_duration(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *value = value_of(printer, node->cell);
	char text[GO_TEXT_SIZE];

	if (value)
		json_bytes(printer->writer, text, go_duration_text(value->integer, text));
	else
		json_null(printer->writer);
}

static void put_length(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *pointer = value_of(printer, node->cell);
	const struct hit_value *length = value_of(printer, node->second);

	if (pointer && !pointer->integer)
		json_integer(printer->writer, 0);
	else if (length)
		put_signed(printer, length->integer);
	else
		json_null(printer->writer);
}

/* ---- values with parts ---- */

/* Whether the value begins with a pointer that is not nil; writes null where not. */
static bool has_target(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *pointer = value_of(printer, node->cell);

	if (pointer && pointer->integer)
		return true;
	json_null(printer->writer);
	return false;
}

/* The fields of a struct, at most so many. */
static void put_fields(struct printer *printer, const struct shape_node *node, size_t most)
{
	const struct shape_node *end = node + node->size;

	for (const struct shape_node *field = node + 1; field < end && most--; field += field->size) {
		const char *name = name_of(printer, field);
		size_t before = path_enter(printer, printer->path_size ? ".%s" : "%s", name, 0);

		json_name(printer->writer, name);
		put_value(printer, field);
		path_leave(printer, before);
	}
}

static void put_members(struct printer *printer, const struct shape_node *node)
{
	put_fields(printer, node, SIZE_MAX);
	if (node->cut)
		note_cut(printer);
}

/* Whether any part of the value could be read; the cells of other kinds say that themselves. */
static bool is_there(const struct printer *printer, const struct shape_node *node)
{
	const struct shape_node *end = node + node->size;

	if (node->kind != SHAPE_STRUCT && node->kind != SHAPE_ARRAY)
		return node->kind == SHAPE_NUMBER || node->kind == SHAPE_NULL || value_of(printer, node->cell) ||
		       (node->kind == SHAPE_LENGTH && value_of(printer, node->second));
	if (node->size == 1)
		return true;
	for (const struct shape_node *part = node + 1; part < end; part += part->size) {
		if (is_there(printer, part))
			return true;
	}
	return false;
}

static void put_empty(struct printer *printer, const struct shape_node *node)
{
	if (!value_of(printer, node->cell)) {
		json_null(printer->writer);
		return;
	}
	json_open_object(printer->writer);
	json_close_object(printer->writer);
}

static void put_struct(struct printer *printer, const struct shape_node *node)
{
	if (!is_there(printer, node)) {
		json_null(printer->writer);
		return;
	}
	json_open_object(printer->writer);
	put_members(printer, node);
	json_close_object(printer->writer);
}

static void put_pointer(struct printer *printer, const struct shape_node *node)
{
	if (!has_target(printer, node))
		return;
	if (node->size > 1) {
		put_value(printer, node + 1);
		return;
	}
	json_open_object(printer->writer);
	json_close_object(printer->writer);
	note_cut(printer);
}

static void put_elements(struct printer *printer, const struct shape_node *node, int64_t count)
{
	const struct shape_node *end = node + node->size;
	int64_t index = 0;

	json_open_list(printer->writer);
	for (const struct shape_node *element = node + 1; element < end && index < count;
	     element += element->size) {
		size_t before = path_enter(printer, NULL, NULL, (uint64_t)index++);

		put_value(printer, element);
		path_leave(printer, before);
	}
	json_close_list(printer->writer);
	if (index < count)
		note_cut(printer);
}

static void put_bytes(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *text = value_of(printer, node->second);

	if (!has_target(printer, node))
		return;
	if (text)
		put_string(printer, text);
	else
		json_null(printer->writer);
}

static void put_slice(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *length = value_of(printer, node->second);

	if (!has_target(printer, node))
		return;
	if (length)
		put_elements(printer, node, length->integer);
	else
		json_null(printer->writer);
}

static void put_secret(struct printer *printer)
{
	json_key(printer->writer, "<redacted>");
}

static bool key_is_secret(const struct printer *printer, const struct shape_node *key)
{
	const struct hit_value *value = value_of(printer, key->cell);

	return !printer->arguments->shape->shows_secrets &&
	       printer->arguments->cells[key->cell].cell.kind == CELL_STRING && value &&
	       shape_key_is_secret(value->data, value->size);
}

/* A key as a string: what is none is written as JSON would write it. */
static bool put_key(struct printer *printer, const struct shape_node *key)
{
	const struct hit_value *value = value_of(printer, key->cell);
	const struct cell *cell = &printer->arguments->cells[key->cell].cell;

	if (key->kind != SHAPE_CELL || !value)
		return false;
	if (cell->kind == CELL_STRING)
		json_bytes(printer->writer, value->data, value->size);
	else if (cell->kind == CELL_BOOL)
		json_name(printer->writer, value->integer ? "true" : "false");
	else if (cell->kind == CELL_INT && value->integer < 0)
		put_digits(printer, "-%llu", -(uint64_t)value->integer);
	else if (cell->kind == CELL_INT || cell->kind == CELL_UINT)
		put_digits(printer, "%llu", (uint64_t)value->integer);
	else
		return false;
	return true;
}

static void put_entries(struct printer *printer, const struct shape_node *node, int64_t count)
{
	const struct shape_node *end = node + node->size;
	int64_t index = 0;

	json_open_object(printer->writer);
	for (const struct shape_node *key = node + 1; key < end && index < count; index++) {
		const struct shape_node *element = key + key->size;
		size_t before;

		/* An entry that was not found: the map changes while it is read. */
		if (!put_key(printer, key))
			break;
		before = path_enter(printer, NULL, NULL, (uint64_t)index);
		if (key_is_secret(printer, key))
			put_secret(printer);
		else
			put_value(printer, element);
		path_leave(printer, before);
		key = element + element->size;
	}
	json_close_object(printer->writer);
	if (index < count)
		note_cut(printer);
}

static void put_map(struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *count = value_of(printer, node->second);

	if (!has_target(printer, node))
		return;
	if (count)
		put_entries(printer, node, count->integer);
	else
		json_null(printer->writer);
}

/* The alternative that holds; NULL when none of them does. */
static const struct shape_node *find_held(const struct printer *printer, const struct shape_node *node)
{
	const struct hit_value *hash = value_of(printer, node->second);
	const struct shape_node *end = node + node->size;

	for (const struct shape_node *held = node + 1; hash && held < end; held += held->size) {
		if (held->hash == (uint32_t)hash->integer)
			return held;
	}
	return NULL;
}

static void put_interface(struct printer *printer, const struct shape_node *node)
{
	const struct shape_node *held;

	if (!has_target(printer, node))
		return;
	held = find_held(printer, node);
	if (held && held->kind != SHAPE_NULL) {
		put_value(printer, held);
	} else if (node->kind == SHAPE_CHOICE) {
		json_null(printer->writer);
	} else {
		json_open_object(printer->writer);
		if (held) {
			json_key(printer->writer, "type");
			json_name(printer->writer, name_of(printer, held));
		}
		json_close_object(printer->writer);
	}
}

static void put_value(struct printer *printer, const struct shape_node *node)
{
	switch ((enum shape_kind)node->kind) {
	case SHAPE_CELL:
		put_cell(printer, node);
		break;
	case SHAPE_STRUCT:
		put_struct(printer, node);
		break;
	case SHAPE_POINTER:
		put_pointer(printer, node);
		break;
	case SHAPE_EMPTY:
		put_empty(printer, node);
		break;
	case SHAPE_ARRAY:
		if (is_there(printer, node))
			put_elements(printer, node, (int64_t)node->count);
		else
			json_null(printer->writer);
		break;
	case SHAPE_BYTES:
		put_bytes(printer, node);
		break;
	case SHAPE_SLICE:
		put_slice(printer, node);
		break;
	case SHAPE_MAP:
		put_map(printer, node);
		break;
	case SHAPE_INTERFACE:
	case SHAPE_CHOICE:
		put_interface(printer, node);
		break;
	case SHAPE_COMPLEX:
		put_complex(printer, node);
		break;
	case SHAPE_TIME:
		put_time(printer, node);
		break;
	case SHAPE_DURATION:
		put_duration(printer, node);
		break;
	case SHAPE_LENGTH:
		put_length(printer, node);
		break;
	case SHAPE_NUMBER:
		put_unsigned(printer, node->count);
		break;
	case SHAPE_SECRET:
		if (is_there(printer, node + 1))
			put_secret(printer);
		else
			json_null(printer->writer);
		break;
	case SHAPE_NULL:
		json_null(printer->writer);
		break;
	}
}

void arguments_write_members(struct json_writer *writer, const struct hit_arguments *arguments,
			     struct argument_cuts *cuts)
{
	struct printer printer = {.writer = writer, .arguments = arguments, .cuts = cuts};

	put_members(&printer, arguments->shape->nodes);
}

void arguments_write(struct json_writer *writer, const struct hit_arguments *arguments,
		     struct argument_cuts *cuts)
{
	json_open_object(writer);
	arguments_write_members(writer, arguments, cuts);
	json_close_object(writer);
}

void arguments_write_expressions(struct json_writer *writer, const struct hit_arguments *arguments,
				 struct argument_cuts *cuts)
{
	struct printer printer = {.writer = writer, .arguments = arguments, .cuts = cuts};

	put_fields(&printer, arguments->shape->nodes, arguments->expression_count);
}

/* ---- headers ---- */

enum { HEADER_MAX_TEXT = 8 * (STRING_MAX_SIZE + 2) };

/*
 * A header's values, one after the other; returns the size. Each is one cell of a slice of strings.
 * `ret_cut`: whether that is not all.
 */
static size_t join_values(const struct printer *printer, const struct shape_node *slice, int64_t count,
			  char *text, bool *ret_cut)
{
	const struct shape_node *end = slice + slice->size;
	size_t size = 0;

	*ret_cut = false;
	for (const struct shape_node *value = slice + 1; value < end && count > 0; value += value->size) {
		const struct hit_value *string = value_of(printer, value->cell);

		count--;
		if (!string || size + string->size + 2 > HEADER_MAX_TEXT) {
			*ret_cut = true;
			continue;
		}
		if (value > slice + 1) {
			memcpy(text + size, ", ", 2);
			size += 2;
		}
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

static void put_joined(struct printer *printer, const char *name, const struct shape_node *slice,
		       int64_t count)
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
		note_cut(printer);
	free(text);
}

/* Where the header was there. `place` is what its path begins with. */
static void put_header(struct printer *printer, const char *place, const char *name,
		       const struct shape_node *node)
{
	bool is_secret = node->kind == SHAPE_SECRET;
	const struct shape_node *value = node + is_secret;
	bool is_slice = value->kind == SHAPE_SLICE;
	const struct hit_value *found;
	size_t before;

	if (!is_slice && value->kind != SHAPE_CELL)
		return;
	found = value_of(printer, is_slice ? value->second : value->cell);
	if (!found || (is_slice ? found->integer <= 0 : found->length == 0))
		return;
	before = path_enter(printer, place, name, 0);
	if (is_slice && !is_secret) {
		put_joined(printer, name, value, found->integer);
	} else {
		json_name(printer->writer, name);
		if (is_secret)
			put_secret(printer);
		else
			put_value(printer, value);
	}
	path_leave(printer, before);
}

/* The first of the captures that is a header; NULL when none is. */
static const struct shape_node *first_header(const struct hit_arguments *arguments)
{
	const struct shape_node *root = arguments->shape->nodes, *node = root + 1;

	for (uint8_t i = 0; i < arguments->expression_count && node < root + root->size; i++)
		node += node->size;
	return node < root + root->size ? node : NULL;
}

void arguments_write_request_headers(struct json_writer *writer, const struct hit_arguments *arguments,
				     struct argument_cuts *cuts)
{
	struct printer printer = {.writer = writer, .arguments = arguments, .cuts = cuts};
	const struct shape_node *root = arguments->shape->nodes;

	for (const struct shape_node *node = first_header(arguments); node && node < root + root->size;
	     node += node->size)
		put_header(&printer, "request_headers.%s", name_of(&printer, node), node);
}

/* Whether the header was written: what was copied then is what was sent. */
static bool was_written(const struct printer *printer, const struct shape_node *written)
{
	const struct hit_value *value = value_of(printer, written->cell);

	return written->kind == SHAPE_CELL && value && value->integer;
}

void arguments_write_response_headers(struct json_writer *writer, const struct hit_arguments *arguments,
				      struct argument_cuts *cuts)
{
	struct printer printer = {.writer = writer, .arguments = arguments, .cuts = cuts};
	const struct shape_node *root = arguments->shape->nodes;

	for (const struct shape_node *node = first_header(arguments); node && node < root + root->size;) {
		const struct shape_node *sent = node + node->size;
		const struct shape_node *kept = sent + sent->size;

		put_header(&printer, "response_headers.%s", name_of(&printer, node),
			   was_written(&printer, node) ? sent : kept);
		node = kept + kept->size;
	}
}

/* One value, or a list of several. */
void arguments_write_results(struct json_writer *writer, const struct hit_arguments *results,
			     struct argument_cuts *cuts)
{
	struct printer printer = {.writer = writer, .arguments = results, .cuts = cuts};
	const struct shape_node *root = results->shape->nodes, *end = root + root->size;
	bool is_list = root->size > 1 && root + 1 + root[1].size < end;

	if (is_list)
		json_open_list(writer);
	for (const struct shape_node *result = root + 1; result < end; result += result->size) {
		size_t before = path_enter(&printer, "%s", name_of(&printer, result), 0);

		put_value(&printer, result);
		path_leave(&printer, before);
	}
	if (is_list)
		json_close_list(writer);
}
