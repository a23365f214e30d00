/* SPDX-License-Identifier: MIT */
#include "summary_text.h"

#include <time.h>

#include <math.h>

#include "duration_text.h"
#include "json_writer.h"
#include "text_table.h"
#include "timestamp.h"

static const char *const headings[] = { "SERVICE", "METHOD", "ROUTE", "COUNT", "RATE", "FAILED",
					"P50",	   "P90",    "P99",   "MAX",   "BYTES" };

enum {
	COLUMNS = sizeof(headings) / sizeof(headings[0]),
	ROUTE = 2,
	FIRST_NUMBER = 3,
	/* Columns of the terminal: */
	MOST_SERVICE = 20,
	MOST_METHOD = 10,
};

static const double SECOND = 1e9;

/* Requests a second. */
static double rate_of(const struct summary_row *row, int64_t span)
{
	return span > 0 ? (double)row->requests * SECOND / (double)span : 0;
}

static double share_of_failed(const struct summary_row *row)
{
	return row->requests ? (double)row->failed / (double)row->requests : 0;
}

static void add_percentile(struct text_table *table, const struct histogram *durations,
			   double percent)
{
	uint64_t value = histogram_percentile(durations, percent);

	text_table_add(table, durations->count ? duration_text((int64_t)value).text : "-");
}

static void add_rate(struct text_table *table, const struct summary_row *row, int64_t span)
{
	double rate = rate_of(row, span);

	if (span > 0)
		text_table_print(table, "%.*f/s", rate < 10 ? 1 : 0, rate);
	else
		text_table_add(table, "-");
}

static void add_row(struct text_table *table, const struct summary_row *row, int64_t span)
{
	text_table_add_cut(table, "", row->service, MOST_SERVICE);
	text_table_add_cut(table, row->is_client ? "→" : "", row->method, MOST_METHOD);
	text_table_add_foreign(table, "", row->route);
	text_table_print(table, "%llu", (unsigned long long)row->requests);
	add_rate(table, row, span);
	text_table_print(table, "%.*f%%", row->failed ? 1 : 0, 100 * share_of_failed(row));
	add_percentile(table, &row->durations, 50);
	add_percentile(table, &row->durations, 90);
	add_percentile(table, &row->durations, 99);
	add_percentile(table, &row->durations, 100);
	text_table_print(table, "%llu", (unsigned long long)row->bytes);
}

/* "17:45:02, 5.00s": when a summary was made, and of which time. */
static void write_time(const struct summary_text_options *options, struct text_buffer *text)
{
	time_t second = options->time / 1000000000;
	char clock[16];
	struct tm date;

	localtime_r(&second, &date);
	strftime(clock, sizeof(clock), "%H:%M:%S", &date);
	text_buffer_print(text, "%s, %s\n", clock, duration_text(options->span).text);
}

static void write_none(const struct summary_text_options *options, struct text_buffer *text)
{
	write_time(options, text);
	text_buffer_print(text, "no requests\n");
}

static void write_table(const struct summary_row *const *rows, size_t count,
			const struct summary_text_options *options, struct text_buffer *text)
{
	struct text_table table = { .columns = COLUMNS,
				    .right = ~0U << FIRST_NUMBER,
				    .width = options->width,
				    .flexible = ROUTE };

	if (options->time)
		write_time(options, text);
	for (size_t i = 0; i < COLUMNS; i++)
		text_table_add(&table, headings[i]);
	for (size_t i = 0; i < count; i++)
		add_row(&table, rows[i], options->span);
	text_table_write(&table, text);
	text_table_finish(&table);
}

/* ---- JSON ---- */

static void put_count(struct json_writer *writer, const char *key, uint64_t value)
{
	json_name(writer, key);
	json_integer(writer, (int64_t)value);
}

static void put_string(struct json_writer *writer, const char *key, const char *value)
{
	json_name(writer, key);
	json_name(writer, value);
}

static void put_percentile(struct json_writer *writer, const char *key,
			   const struct histogram *durations, double percent)
{
	json_name(writer, key);
	if (durations->count)
		json_integer(writer, (int64_t)histogram_percentile(durations, percent));
	else
		json_null(writer);
}

static void put_summary_row(struct json_writer *writer, const struct summary_row *row,
			    const struct summary_text_options *options)
{
	struct timestamp timestamp = { 0 };

	json_open_object(writer);
	put_string(writer, "type", "summary");
	if (options->time)
		put_string(writer, "time", timestamp_format(&timestamp, options->time));
	put_string(writer, "service", row->service);
	put_string(writer, "side", row->is_client ? "client" : "server");
	put_string(writer, "method", row->method);
	put_string(writer, "route", row->route);
	put_count(writer, "count", row->requests);
	put_count(writer, "failed", row->failed);
	put_count(writer, "span_ns", (uint64_t)options->span);
	put_percentile(writer, "p50_ns", &row->durations, 50);
	put_percentile(writer, "p90_ns", &row->durations, 90);
	put_percentile(writer, "p99_ns", &row->durations, 99);
	put_percentile(writer, "max_ns", &row->durations, 100);
	put_count(writer, "response_bytes", row->bytes);
	json_close_object(writer);
}

static void write_json(const struct summary_row *const *rows, size_t count,
		       const struct summary_text_options *options, struct text_buffer *text)
{
	struct json_writer *writer;
	struct bytes line;

	if (json_writer_create(&writer) < 0) {
		text->failed = true;
		return;
	}
	for (size_t i = 0; i < count && !text->failed; i++) {
		json_writer_clear(writer);
		put_summary_row(writer, rows[i], options);
		if (json_writer_finish(writer, "\n", &line) < 0)
			text->failed = true;
		else
			text_buffer_add(text, (const char *)line.data, line.size);
	}
	json_writer_destroy(writer);
}

void summary_text_write(struct summary *summary, const struct summary_text_options *options,
			struct text_buffer *text)
{
	size_t count;
	const struct summary_row *const *rows = summary_rows(summary, &count);

	if (!rows) {
		text->failed = true;
		return;
	}
	if (options->most && count > options->most)
		count = options->most;
	if (count)
		(options->json ? write_json : write_table)(rows, count, options, text);
	else if (options->time && !options->json)
		write_none(options, text);
}
