/* SPDX-License-Identifier: MIT */
#include "arguments_json.h"

#include <string.h>

#include "value_printer.h"

/* Iterates over the captures of one probe. */
struct cursor {
	struct value_printer printer;
	const struct shape_node *node, *end;
};

static struct cursor cursor_at(struct json_writer *writer, const struct hit_arguments *arguments,
			       struct argument_cuts *cuts)
{
	struct cursor cursor = {
		.printer = { .writer = writer, .arguments = arguments, .cuts = cuts },
	};

	if (arguments) {
		cursor.node = arguments->shape->nodes + 1;
		cursor.end = arguments->shape->nodes + arguments->shape->nodes->size;
	}
	return cursor;
}

static bool cursor_is_done(const struct cursor *cursor)
{
	return cursor->node == cursor->end;
}

static void cursor_pass(struct cursor *cursor, size_t count)
{
	while (count-- && !cursor_is_done(cursor))
		cursor->node += cursor->node->size;
}

/* Begins after the results that are shown as `ret`, which come first. */
static struct cursor named_of(struct json_writer *writer, const struct hit_arguments *arguments,
			      struct argument_cuts *cuts)
{
	struct cursor cursor = cursor_at(writer, arguments, cuts);

	if (arguments)
		cursor_pass(&cursor, arguments->returned_count);
	return cursor;
}

typedef void print_capture(struct cursor *cursor);

static void print_member(struct cursor *cursor)
{
	const char *name = value_name(&cursor->printer, cursor->node);
	size_t before = value_path_enter(&cursor->printer, "%s", name, 0);

	json_name(cursor->printer.writer, name);
	value_print(&cursor->printer, cursor->node);
	value_path_leave(&cursor->printer, before);
}

static void print_text(struct cursor *cursor)
{
	const char *name = value_name(&cursor->printer, cursor->node);

	json_writer_text(cursor->printer.writer, " ", 1);
	json_writer_text(cursor->printer.writer, name, strlen(name));
	json_writer_text(cursor->printer.writer, "=", 1);
	value_print(&cursor->printer, cursor->node);
}

/* Prints the captures of both in the order of their positions. */
static void print_merged(struct cursor *arguments, struct cursor *results, print_capture *print)
{
	while (!cursor_is_done(arguments) || !cursor_is_done(results)) {
		struct cursor *next = arguments;

		if (cursor_is_done(arguments) ||
		    (!cursor_is_done(results) &&
		     results->node->position < arguments->node->position))
			next = results;
		print(next);
		cursor_pass(next, 1);
	}
}

bool arguments_have_named(const struct hit_arguments *results)
{
	struct cursor cursor = named_of(NULL, results, NULL);

	return !cursor_is_done(&cursor);
}

bool arguments_have_result(const struct hit_arguments *results)
{
	return results && results->returned_count && results->shape->nodes->size > 1;
}

void arguments_write(struct json_writer *writer, const struct hit_arguments *arguments,
		     const struct hit_arguments *results, struct argument_cuts *cuts)
{
	struct cursor begin = named_of(writer, arguments, cuts);
	struct cursor end = named_of(writer, results == arguments ? NULL : results, cuts);

	end.printer.call = arguments;
	json_open_object(writer);
	print_merged(&begin, &end, print_member);
	json_close_object(writer);
}

void arguments_write_text(struct json_writer *writer, const struct hit_arguments *arguments,
			  const struct hit_arguments *results, struct argument_cuts *cuts)
{
	struct cursor begin = named_of(writer, arguments, cuts);
	struct cursor end = named_of(writer, results == arguments ? NULL : results, cuts);
	struct cursor returned = cursor_at(writer, results, cuts);

	end.printer.call = returned.printer.call = arguments;
	print_merged(&begin, &end, print_text);
	for (uint16_t i = 0; results && i < results->returned_count && !cursor_is_done(&returned);
	     i++) {
		print_text(&returned);
		cursor_pass(&returned, 1);
	}
}

bool arguments_have_expressions(const struct hit_arguments *arguments)
{
	return arguments && arguments->expression_count > 0;
}

void arguments_write_expressions(struct json_writer *writer, const struct hit_arguments *arguments,
				 struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };

	value_print_fields(&printer, arguments->shape->nodes, arguments->expression_count);
}

void arguments_write_results(struct json_writer *writer, const struct hit_arguments *arguments,
			     const struct hit_arguments *results, struct argument_cuts *cuts)
{
	struct cursor cursor = cursor_at(writer, results, cuts);
	bool is_list = results->returned_count > 1;

	cursor.printer.call = arguments;
	if (is_list)
		json_open_list(writer);
	for (uint16_t i = 0; i < results->returned_count && !cursor_is_done(&cursor); i++) {
		struct value_printer *printer = &cursor.printer;
		size_t before =
			value_path_enter(printer, "%s", value_name(printer, cursor.node), 0);

		value_print(printer, cursor.node);
		value_path_leave(printer, before);
		cursor_pass(&cursor, 1);
	}
	if (is_list)
		json_close_list(writer);
}
