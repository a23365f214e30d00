/* SPDX-License-Identifier: MIT */
#include "top_frame.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "duration_text.h"
#include "escape.h"
#include "text_table.h"

enum column {
	COLUMN_SERVICE,
	COLUMN_METHOD,
	COLUMN_ROUTE,
	COLUMN_RATE,
	COLUMN_FAILED,
	COLUMN_P50,
	COLUMN_P90,
	COLUMN_P99,
	COLUMN_MAX,
	COLUMN_TOTAL,
	COLUMN_HISTORY,
	COLUMNS
};

static const char *const headings[COLUMNS] = {
	[COLUMN_SERVICE] = "SERVICE", [COLUMN_METHOD] = "METHOD", [COLUMN_ROUTE] = "ROUTE",
	[COLUMN_RATE] = "RATE",	      [COLUMN_FAILED] = "FAILED", [COLUMN_P50] = "P50",
	[COLUMN_P90] = "P90",	      [COLUMN_P99] = "P99",	  [COLUMN_MAX] = "MAX",
	[COLUMN_TOTAL] = "TOTAL",
};

/*
 * What is shown where there is room for it: each layout needs less than the one before.
 */
static const struct layout {
	size_t bars;	     /* seconds of the history; 0: it is left out */
	unsigned int hidden; /* a bit for each column */
} layouts[] = {
	{ TOP_HISTORY, 0 },
	{ 10, 0 },
	{ 10, 1U << COLUMN_P90 | 1U << COLUMN_TOTAL },
	{ 10, 1U << COLUMN_P90 | 1U << COLUMN_TOTAL | 1U << COLUMN_MAX },
	{ 0, 1U << COLUMN_P90 | 1U << COLUMN_TOTAL | 1U << COLUMN_MAX | 1U << COLUMN_HISTORY },
	{ 0, 1U << COLUMN_P90 | 1U << COLUMN_TOTAL | 1U << COLUMN_MAX | 1U << COLUMN_HISTORY |
		     1U << COLUMN_SERVICE | 1U << COLUMN_P50 },
};

enum {
	LAYOUTS = sizeof(layouts) / sizeof(layouts[0]),
	/* Columns of the terminal: */
	LEAST_ROUTE = 16,
	MOST_SERVICE = 20,
	MOST_METHOD = 10,
};

static const char *const order_names[TOP_ORDERS] = {
	[TOP_BY_RATE] = "rate", [TOP_BY_FAILED] = "failed", [TOP_BY_P50] = "p50",
	[TOP_BY_P99] = "p99",	[TOP_BY_MAX] = "max",	    [TOP_BY_TOTAL] = "total",
	[TOP_BY_NAME] = "name",
};

enum { HEAD_LINES = 3 }; /* totals, keys, headings */

static const int64_t SECOND = 1000000000;

/* ---- the head ---- */

struct clock_text {
	char text[16];
};

static struct clock_text clock_text(int64_t time)
{
	time_t second = time / SECOND;
	struct clock_text shown;
	struct tm date;

	localtime_r(&second, &date);
	strftime(shown.text, sizeof(shown.text), "%H:%M:%S", &date);
	return shown;
}

static void write_totals(struct text_buffer *text, const struct top_model *model,
			 const struct top_view *view)
{
	struct top_totals totals = top_totals(model);

	text_buffer_print(text, "%s  %.*f/s, %.1f%% failed, %llu requests, %llu lost%s\n",
			  clock_text(view->time).text, totals.rate < 10 ? 1 : 0, totals.rate,
			  100 * totals.failed, (unsigned long long)totals.total,
			  (unsigned long long)view->lost, view->paused ? "  PAUSED" : "");
}

static void write_filter(struct text_buffer *text, const char *filter)
{
	char shown[64 * ESCAPE_MAX_GROWTH];
	size_t size = escape_trim_cut(filter, strnlen(filter, 64));

	text_buffer_add(text, shown, escape(ESCAPE_TERMINAL, filter, size, shown));
}

static void write_keys(struct text_buffer *text, const struct top_view *view)
{
	if (view->typing) {
		text_buffer_print(text, "filter: ");
		write_filter(text, view->filter ? view->filter : "");
		text_buffer_print(text, "_  (enter: done, escape: none)\n");
		return;
	}
	text_buffer_print(text, "s: sorted by %s  ", order_names[view->order]);
	text_buffer_print(text, "/: ");
	if (view->filter && view->filter[0])
		write_filter(text, view->filter);
	else
		text_buffer_print(text, "no filter");
	text_buffer_print(text, "  enter: %s  p: pause  q: quit\n",
			  view->shows_requests ? "rows" : "requests");
}

/* ---- rows ---- */

static void add_duration(struct text_table *table, int64_t duration)
{
	text_table_add(table, duration < 0 ? "-" : duration_text(duration).text);
}

/* From 0 to 7, of the highest. */
static size_t bar_of(int64_t value, int64_t most)
{
	return (size_t)((double)value / (double)most * 7);
}

/* One bar for each of the last seconds, as high as its latency is beside the highest one. */
static void add_history(struct text_table *table, const struct top_row *row, size_t seconds)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	const int64_t *history = row->history + TOP_HISTORY - seconds;
	struct text_buffer text = { 0 };
	int64_t most = 0;

	for (size_t i = 0; i < seconds; i++)
		most = history[i] > most ? history[i] : most;
	for (size_t i = 0; i < seconds; i++)
		text_buffer_print(&text, "%s", history[i] ? bars[bar_of(history[i], most)] : " ");
	text_table_add_buffer(table, &text);
}

static bool is_hidden(const struct layout *layout, enum column column)
{
	return layout->hidden >> column & 1;
}

static void add_row_cell(struct text_table *table, const struct top_row *row, enum column column,
			 const struct layout *layout)
{
	switch (column) {
	case COLUMN_SERVICE:
		text_table_add_cut(table, "", row->service, MOST_SERVICE);
		break;
	case COLUMN_METHOD:
		text_table_add_cut(table, row->is_client ? "→" : "", row->method, MOST_METHOD);
		break;
	case COLUMN_ROUTE:
		text_table_add_foreign(table, "", row->route);
		break;
	case COLUMN_RATE:
		text_table_print(table, "%.*f/s", row->rate < 10 ? 1 : 0, row->rate);
		break;
	case COLUMN_FAILED:
		text_table_print(table, "%.1f%%", 100 * row->failed);
		break;
	case COLUMN_P50:
		add_duration(table, row->p50);
		break;
	case COLUMN_P90:
		add_duration(table, row->p90);
		break;
	case COLUMN_P99:
		add_duration(table, row->p99);
		break;
	case COLUMN_MAX:
		add_duration(table, row->max);
		break;
	case COLUMN_TOTAL:
		text_table_print(table, "%llu", (unsigned long long)row->total);
		break;
	default:
		add_history(table, row, layout->bars);
		break;
	}
}

static void add_top_heading(struct text_table *table, enum column column,
			    const struct layout *layout)
{
	if (column == COLUMN_HISTORY)
		text_table_print(table, "P99 OF %zus", layout->bars);
	else
		text_table_add(table, headings[column]);
}

/* A row of the table; without `row` its headings. */
static void add_top_row(struct text_table *table, const struct top_row *row,
			const struct layout *layout)
{
	for (enum column column = 0; column < COLUMNS; column++) {
		if (is_hidden(layout, column))
			continue;
		if (row)
			add_row_cell(table, row, column, layout);
		else
			add_top_heading(table, column, layout);
	}
}

static struct text_table table_of_layout(const struct layout *layout, size_t width)
{
	struct text_table table = { .width = width };

	for (enum column column = 0; column < COLUMNS; column++) {
		if (is_hidden(layout, column))
			continue;
		if (column == COLUMN_ROUTE)
			table.flexible = table.columns;
		if (column >= COLUMN_RATE && column <= COLUMN_TOTAL)
			table.right |= 1U << table.columns;
		table.columns++;
	}
	return table;
}

static struct text_table fill_table(const struct layout *layout, const struct top_view *view,
				    const struct top_row *const *rows, size_t count)
{
	struct text_table table = table_of_layout(layout, view->width);

	add_top_row(&table, NULL, layout);
	for (size_t i = 0; i < count; i++)
		add_top_row(&table, rows[i], layout);
	return table;
}

/* The rows in the first layout that fits, or in the last one. */
static struct text_table fitting_table(const struct top_view *view,
				       const struct top_row *const *rows, size_t count)
{
	size_t at = 0;
	struct text_table table = fill_table(&layouts[at], view, rows, count);

	while (view->width && at + 1 < LAYOUTS &&
	       text_table_least_width(&table, LEAST_ROUTE) > view->width) {
		text_table_finish(&table);
		table = fill_table(&layouts[++at], view, rows, count);
	}
	return table;
}

/* Which rows fit the screen: those around the selected one. */
static void choose_rows(const struct top_view *view, size_t selected, size_t count,
			size_t *ret_first, size_t *ret_shown)
{
	size_t room = view->height > HEAD_LINES ? view->height - HEAD_LINES : 1;

	if (!view->height || room > count)
		room = count;
	*ret_first = selected >= room ? selected - room + 1 : 0;
	*ret_shown = room;
}

static void write_rows(struct top_model *model, const struct top_view *view,
		       struct top_frame *frame)
{
	struct text_table table;
	size_t count, first, shown, selected;
	const struct top_row *const *rows = top_rows(model, view->order, view->filter, &count);

	if (!rows) {
		frame->text.failed = true;
		return;
	}
	selected = top_place_of(rows, count, view->selected);
	choose_rows(view, selected, count, &first, &shown);
	table = fitting_table(view, rows + first, shown);
	if (count)
		frame->highlighted = HEAD_LINES + selected - first;
	text_table_write(&table, &frame->text);
	text_table_finish(&table);
}

/* ---- requests of a row ---- */

static void add_request_row(struct text_table *table, const struct top_request *request,
			    const char *indent)
{
	char path[TOP_MAX_PATH + 8];

	text_table_add(table, clock_text(request->time).text);
	if (request->status >= 0)
		text_table_print(table, "%lld", (long long)request->status);
	else
		text_table_add(table, "");
	text_table_add_foreign(table, "", request->outcome);
	add_duration(table, request->duration);
	snprintf(path, sizeof(path), "%s%s", indent, request->path);
	text_table_add_foreign(table, "", path);
}

/* Adds what was requested for this request, as far as it is among the last requests of its row. */
static void add_made_requests(struct text_table *table, const struct top_row *const *rows,
			      size_t count, uint64_t id)
{
	for (size_t i = 0; id && i < count; i++) {
		for (size_t j = 0; j < rows[i]->recent_count; j++) {
			if (rows[i]->recent[j].within == id)
				add_request_row(table, &rows[i]->recent[j], "  → ");
		}
	}
}

/* Names the row whose requests follow. */
static void write_title(struct text_buffer *text, const struct top_row *row)
{
	struct text_table title = { .columns = 3 };

	text_table_add_cut(&title, "", row->service, MOST_SERVICE);
	text_table_add_cut(&title, row->is_client ? "→" : "", row->method, MOST_METHOD);
	text_table_add_foreign(&title, "", row->route);
	text_table_write(&title, text);
	text_table_finish(&title);
}

static void write_requests(struct top_model *model, const struct top_view *view,
			   struct top_frame *frame)
{
	static const char *const titles[] = { "TIME", "STATUS", "OUTCOME", "DURATION", "PATH" };
	struct text_table table = { .columns = 5, .right = 1U << 3 };
	size_t count;
	const struct top_row *const *rows = top_rows(model, view->order, view->filter, &count);
	const struct top_row *row;

	if (!rows || !count) {
		frame->text.failed |= !rows;
		return;
	}
	row = rows[top_place_of(rows, count, view->selected)];
	write_title(&frame->text, row);
	for (size_t i = 0; i < 5; i++)
		text_table_add(&table, titles[i]);
	/* Also of rows that the filter hides. */
	rows = top_rows(model, view->order, NULL, &count);
	for (size_t i = 0; rows && i < row->recent_count; i++) {
		add_request_row(&table, &row->recent[i], "");
		add_made_requests(&table, rows, count, row->recent[i].id);
	}
	text_table_write(&table, &frame->text);
	text_table_finish(&table);
}

/* ---- the screen ---- */

/* Cuts lines and their number to the size of the screen. */
static void crop(struct text_buffer *text, size_t width, size_t height)
{
	struct text_buffer cropped = { 0 };
	const char *at = text->data, *end = text->data + text->size;

	/* Without memory the last line may have no end. */
	if (text->failed)
		return;
	for (size_t line = 0; at < end && (!height || line < height); line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)(newline - at);

		text_buffer_add(&cropped, at, width ? escape_fitting(at, size, width) : size);
		text_buffer_add(&cropped, "\n", 1);
		at = newline + 1;
	}
	text_buffer_release(text);
	*text = cropped;
}

void top_frame_write(struct top_model *model, const struct top_view *view,
		     struct top_frame *ret_frame)
{
	*ret_frame = (struct top_frame){ .highlighted = SIZE_MAX };
	write_totals(&ret_frame->text, model, view);
	write_keys(&ret_frame->text, view);
	(view->shows_requests ? write_requests : write_rows)(model, view, ret_frame);
	crop(&ret_frame->text, view->width, view->height);
}
