/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "table_columns.h"
#include "text_buffer.h"

enum { LEAST_PATH = 20 }; /* columns of a terminal that are kept for the path */

static const struct {
	const char *name, *heading;
	size_t width;
} columns[COLUMN_COUNT] = {
	[COLUMN_TIME] = { "time", "TIME", 15 },
	[COLUMN_PID] = { "pid", "PID", 7 },
	[COLUMN_TID] = { "tid", "TID", 7 },
	[COLUMN_GOID] = { "goid", "GOID", 7 },
	[COLUMN_COMM] = { "comm", "COMM", 15 },
	[COLUMN_EXE] = { "exe", "EXE", 24 },
	[COLUMN_REQUEST] = { "request", "REQUEST", 9 },
	[COLUMN_STATUS] = { "status", "STATUS", 6 },
	[COLUMN_OUTCOME] = { "outcome", "OUTCOME", 8 },
	[COLUMN_DURATION] = { "duration", "DURATION", 9 },
	[COLUMN_REQUEST_BYTES] = { "request_bytes", "RECV", 7 },
	[COLUMN_RESPONSE_BYTES] = { "response_bytes", "BYTES", 7 },
	[COLUMN_HOST] = { "host", "HOST", 24 },
	[COLUMN_REMOTE] = { "remote", "REMOTE", 21 },
	[COLUMN_PROTOCOL] = { "protocol", "PROTOCOL", 8 },
	[COLUMN_LIBRARY] = { "library", "LIBRARY", 11 },
	[COLUMN_ROUTE] = { "route", "ROUTE", 24 },
	[COLUMN_FUNCTION] = { "function", "FUNCTION", 24 },
	[COLUMN_METHOD] = { "method", "METHOD", 7 },
	[COLUMN_PATH] = { "path", "PATH", 32 },
	[COLUMN_CAPTURES] = { "captures", "CAPTURES", 24 },
};

/* ---- parsing ---- */

static bool has_column(const struct table_columns *list, enum table_column column)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i] == column)
			return true;
	}
	return false;
}

static int fail_column(const char *name, size_t size, struct error *err)
{
	struct text_buffer names = { 0 };

	for (size_t i = 0; i < COLUMN_COUNT; i++)
		text_buffer_print(&names, "%s%s", i ? ", " : "", columns[i].name);
	error_hint(err, "columns: %.*s", (int)names.size, names.data ? names.data : "");
	text_buffer_release(&names);
	return error_fail(err, -EINVAL, "--fields: there is no column \"%.*s\"", (int)size, name);
}

static int add_named_column(struct table_columns *list, const char *name, size_t size,
			    struct error *err)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (strlen(columns[i].name) != size || memcmp(columns[i].name, name, size) != 0)
			continue;
		if (has_column(list, i))
			return error_fail(err, -EINVAL, "--fields: %s stands twice",
					  columns[i].name);
		list->items[list->count++] = i;
		return 0;
	}
	return fail_column(name, size, err);
}

int table_columns_parse(const char *text, struct table_columns *ret_columns, struct error *err)
{
	struct table_columns list = { .count = 0 };

	for (;;) {
		size_t size = strcspn(text, ",");
		int r = add_named_column(&list, text, size, err);

		if (r < 0)
			return r;
		if (!text[size])
			break;
		text += size + 1;
	}
	*ret_columns = list;
	return 0;
}

int time_style_parse(const char *text, enum time_style *ret_style, struct error *err)
{
	static const char *const names[] = {
		[TIME_CLOCK] = "clock", [TIME_ISO] = "iso",   [TIME_EPOCH] = "epoch",
		[TIME_DELTA] = "delta", [TIME_NONE] = "none",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret_style = i;
			return 0;
		}
	}
	return error_fail(err, -EINVAL, "--time %s: clock, iso, epoch, delta or none is expected",
			  text);
}

/* ---- the columns of a table ---- */

static void add_column(struct table_columns *list, enum table_column column, bool if_wanted)
{
	if (if_wanted)
		list->items[list->count++] = column;
}

static void remove_column(struct table_columns *list, enum table_column column)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i] != column)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

size_t table_column_width(enum table_column column, enum time_style style)
{
	static const size_t widths[] = {
		[TIME_CLOCK] = 15, [TIME_ISO] = TIMESTAMP_SIZE,
		[TIME_EPOCH] = 17, [TIME_DELTA] = 12,
		[TIME_NONE] = 0,
	};

	return column == COLUMN_TIME ? widths[style] : columns[column].width;
}

const char *table_column_heading(enum table_column column)
{
	return columns[column].heading;
}

/* The columns of the terminal that all but the path take. */
static size_t width_before_path(const struct table_columns *list, enum time_style style)
{
	size_t width = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i] != COLUMN_PATH && list->items[i] != COLUMN_CAPTURES)
			width += table_column_width(list->items[i], style) + 1;
	}
	return width;
}

/* Leaves out what is needed least, until there is room for the path. */
static void fit(struct table_columns *list, enum time_style style, size_t width)
{
	static const enum table_column spare[] = { COLUMN_HOST, COLUMN_RESPONSE_BYTES, COLUMN_PID,
						   COLUMN_COMM };

	for (size_t i = 0; width && i < sizeof(spare) / sizeof(spare[0]) &&
			   width_before_path(list, style) + LEAST_PATH > width;
	     i++)
		remove_column(list, spare[i]);
}

struct table_columns table_columns_of_requests(const struct format_options *options, size_t width)
{
	struct table_columns list = { .count = 0 };

	if (options->columns.count)
		return options->columns;
	add_column(&list, COLUMN_TIME, options->time_style != TIME_NONE);
	add_column(&list, COLUMN_PID, true);
	add_column(&list, COLUMN_COMM, true);
	add_column(&list, COLUMN_REQUEST, options->links);
	add_column(&list, COLUMN_STATUS, true);
	add_column(&list, COLUMN_DURATION, true);
	add_column(&list, COLUMN_RESPONSE_BYTES, true);
	add_column(&list, COLUMN_HOST, true);
	add_column(&list, COLUMN_METHOD, true);
	add_column(&list, COLUMN_PATH, true);
	add_column(&list, COLUMN_CAPTURES, true);
	fit(&list, options->time_style, width);
	return list;
}

struct table_columns table_columns_of_calls(const struct format_options *options, size_t width,
					    bool has_duration, bool has_request)
{
	struct table_columns list = { .count = 0 };

	if (options->columns.count)
		return options->columns;
	add_column(&list, COLUMN_TIME, options->time_style != TIME_NONE);
	add_column(&list, COLUMN_PID, true);
	add_column(&list, COLUMN_COMM, true);
	add_column(&list, COLUMN_FUNCTION, true);
	add_column(&list, COLUMN_DURATION, has_duration);
	add_column(&list, COLUMN_METHOD, has_request);
	add_column(&list, COLUMN_PATH, has_request);
	add_column(&list, COLUMN_CAPTURES, true);
	fit(&list, options->time_style, width);
	return list;
}

bool table_columns_equal(const struct table_columns *a, const struct table_columns *b)
{
	return a->count == b->count &&
	       memcmp(a->items, b->items, a->count * sizeof(a->items[0])) == 0;
}
