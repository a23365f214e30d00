/* SPDX-License-Identifier: MIT */
/* Rows for people: a column for each value, the path at the end because it may be long. */
#include <errno.h>
#include <stdlib.h>

#include "format.h"
#include "format_type.h"
#include "table_cell.h"
#include "table_columns.h"

struct table_format {
	struct format format;
	struct format_options options;
	size_t width;		      /* of the terminal; 0: there is none */
	struct table_columns columns; /* of the heading that was written last */
	struct table_line line;
	struct timestamp timestamp;
	int64_t last_time;
	struct json_writer *writer;
};

static bool has_row(const struct event *event)
{
	return event->type == EVENT_REQUEST || event->type == EVENT_CLIENT ||
	       event->type == EVENT_CALL;
}

/* Returns whether the function has an *http.Request as a parameter. */
static bool has_request(const struct event *event)
{
	return event->method.presence != ABSENT || event->path.presence != ABSENT;
}

static struct table_columns columns_for(const struct table_format *table, const struct event *event)
{
	if (event->type != EVENT_CALL || event->among_requests)
		return table_columns_of_requests(&table->options, table->width);
	return table_columns_of_calls(&table->options, table->width, event->awaits_return,
				      has_request(event));
}

/* Returns whether the column ends where its text does: captures follow a path without a gap. */
static bool is_open_ended(const struct table_columns *columns, size_t at)
{
	return at + 1 == columns->count ||
	       (columns->items[at] == COLUMN_PATH && columns->items[at + 1] == COLUMN_CAPTURES);
}

static const char *heading_of(enum table_column column, bool is_last, const struct event *event)
{
	bool has_arguments = event->type == EVENT_CALL && !event->among_requests;

	if (column != COLUMN_CAPTURES || !is_last)
		return table_column_heading(column);
	return has_arguments && !has_request(event) ? "ARGUMENTS" : "";
}

static bool put_heading(struct table_format *table, const struct event *event)
{
	const struct table_columns *columns = &table->columns;

	for (size_t i = 0; i < columns->count; i++) {
		enum table_column column = columns->items[i];
		size_t begin = table->line.size;
		size_t width = table_column_width(column, table->options.time_style);

		if (!table_line_put(&table->line,
				    heading_of(column, i + 1 == columns->count, event)) ||
		    (!is_open_ended(columns, i) &&
		     !table_line_end_cell(&table->line, begin, width, COLOR_NONE)))
			return false;
	}
	return table_line_end(&table->line, table->width);
}

static struct bytes table_text(const struct table_format *table)
{
	return (struct bytes){ (const uint8_t *)(table->line.data ? table->line.data : ""),
			       table->line.size };
}

/* Writes the first heading, and another one when the columns are others: the terminal is wider or narrower. */
static int table_heading(struct format *format, const struct event *event, struct bytes *ret_line)
{
	struct table_format *table = (struct table_format *)format;
	struct table_columns columns;

	table_line_clear(&table->line);
	if (has_row(event)) {
		columns = columns_for(table, event);
		if (table->columns.count == 0 ||
		    (table->width && !table_columns_equal(&columns, &table->columns))) {
			table->columns = columns;
			if (!put_heading(table, event))
				return -ENOMEM;
		}
	}
	*ret_line = table_text(table);
	return 0;
}

static bool put_row(struct table_format *table, const struct event *event)
{
	struct table_cell cell = { .options = &table->options,
				   .line = &table->line,
				   .timestamp = &table->timestamp,
				   .writer = table->writer,
				   .last_time = table->last_time };
	struct table_columns columns = columns_for(table, event);

	for (size_t i = 0; i < columns.count; i++) {
		size_t begin = table->line.size;
		size_t width = table_column_width(columns.items[i], table->options.time_style);

		if (!table_cell_put(&cell, event, columns.items[i]) ||
		    (!is_open_ended(&columns, i) &&
		     !table_line_end_cell(&table->line, begin, width, cell.color)))
			return false;
	}
	return table_line_end(&table->line, table->width);
}

/* Events without a row (targets that start and end, losses) are reported on stderr: their line is empty here. */
static int table_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	struct table_format *table = (struct table_format *)format;

	table_line_clear(&table->line);
	if (has_row(event)) {
		if (!put_row(table, event))
			return -ENOMEM;
		table->last_time = event->time;
	}
	*ret_line = table_text(table);
	return 0;
}

static int table_held_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	struct table_format *table = (struct table_format *)format;
	int64_t last_time = table->last_time;
	int r = table_line(format, event, ret_line);

	table->last_time = last_time;
	return r;
}

static void table_set_width(struct format *format, size_t width)
{
	struct table_format *table = (struct table_format *)format;

	table->width = width;
}

static void table_destroy(struct format *format)
{
	struct table_format *table = (struct table_format *)format;

	json_writer_destroy(table->writer);
	table_line_finish(&table->line);
	free(table);
}

int format_create_table(const struct format_options *options, struct format **ret_format)
{
	struct table_format *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->options = *options;
	table->line.colors = options->colors;
	table->format = (struct format){ .heading = table_heading,
					 .line = table_line,
					 .held_line = table_held_line,
					 .set_width = table_set_width,
					 .destroy = table_destroy };
	if (json_writer_create(&table->writer) < 0) {
		free(table);
		return -ENOMEM;
	}
	*ret_format = &table->format;
	return 0;
}
