/* SPDX-License-Identifier: MIT */
#include "arguments_json.h"

#include <string.h>

#include "value_json.h"

void arguments_write_members(struct json_writer *writer, const struct hit_arguments *arguments,
			     struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };

	value_print_members(&printer, arguments->shape->nodes);
}

void arguments_write(struct json_writer *writer, const struct hit_arguments *arguments,
		     struct argument_cuts *cuts)
{
	json_open_object(writer);
	arguments_write_members(writer, arguments, cuts);
	json_close_object(writer);
}

void arguments_write_text(struct json_writer *writer, const struct hit_arguments *arguments,
			  struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };
	const struct shape_node *root = arguments->shape->nodes, *end = root + root->size;

	for (const struct shape_node *node = root + 1; node < end; node += node->size) {
		const char *name = value_name(&printer, node);

		json_writer_text(writer, " ", 1);
		json_writer_text(writer, name, strlen(name));
		json_writer_text(writer, "=", 1);
		value_print(&printer, node);
	}
}

void arguments_write_expressions(struct json_writer *writer, const struct hit_arguments *arguments,
				 struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = arguments, .cuts = cuts };

	value_print_fields(&printer, arguments->shape->nodes, arguments->expression_count);
}

/* One value, or a list of several. */
void arguments_write_results(struct json_writer *writer, const struct hit_arguments *results,
			     struct argument_cuts *cuts)
{
	struct value_printer printer = { .writer = writer, .arguments = results, .cuts = cuts };
	const struct shape_node *root = results->shape->nodes, *end = root + root->size;
	bool is_list = root->size > 1 && root + 1 + root[1].size < end;

	if (is_list)
		json_open_list(writer);
	for (const struct shape_node *result = root + 1; result < end; result += result->size) {
		size_t before = value_path_enter(&printer, "%s", value_name(&printer, result), 0);

		value_print(&printer, result);
		value_path_leave(&printer, before);
	}
	if (is_list)
		json_close_list(writer);
}
