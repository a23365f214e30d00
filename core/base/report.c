/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "json_writer.h"
#include "text_buffer.h"

enum { KEY_WIDTH = 13 };

struct report {
	struct json_writer *json; /* NULL if the report is text */
	struct text_buffer text;
	int depth;
	bool item_begins; /* text: the next line begins an item of a list */
};

int report_create(bool json, struct report **ret_report)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return -ENOMEM;
	if (json && json_writer_create(&report->json) < 0) {
		free(report);
		return -ENOMEM;
	}
	if (json)
		json_open_object(report->json);
	*ret_report = report;
	return 0;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	json_writer_destroy(report->json);
	text_buffer_release(&report->text);
	free(report);
}

static void report_put_text(struct report *report, const char *text)
{
	text_buffer_add(&report->text, text, strlen(text));
}

static void put_blanks(struct report *report, size_t count)
{
	while (count-- > 0)
		report_put_text(report, " ");
}

/* Begins a line of text: the indentation, the dash of a list's item, the key. */
static void begin_line(struct report *report, const char *key, bool has_value)
{
	int indent = 2 * report->depth;

	put_blanks(report, report->item_begins ? indent - 2 : indent);
	if (report->item_begins)
		report_put_text(report, "- ");
	report->item_begins = false;
	if (!key)
		return;
	report_put_text(report, key);
	if (has_value)
		put_blanks(report, strlen(key) < KEY_WIDTH ? KEY_WIDTH - strlen(key) + 1 : 1);
}

static void report_put_key(struct report *report, const char *key)
{
	if (key)
		json_name(report->json, key);
}

static void report_put_escaped(struct report *report, const char *value, size_t size)
{
	char *escaped = malloc(size * ESCAPE_MAX_GROWTH + 1);

	if (escaped)
		text_buffer_add(&report->text, escaped,
				escape(ESCAPE_TERMINAL, value, size, escaped));
	else
		report->text.failed = true;
	free(escaped);
}

void report_bytes(struct report *report, const char *key, const char *value, size_t size)
{
	if (report->json) {
		report_put_key(report, key);
		json_bytes(report->json, value, size);
		return;
	}
	begin_line(report, key, true);
	report_put_escaped(report, value, size);
	report_put_text(report, "\n");
}

void report_string(struct report *report, const char *key, const char *value)
{
	report_bytes(report, key, value, strlen(value));
}

/* A value that is written the same way in both notations. */
static void put_plain(struct report *report, const char *key, const char *value)
{
	if (report->json) {
		report_put_key(report, key);
		json_raw(report->json, value, strlen(value));
	} else {
		begin_line(report, key, true);
		report_put_text(report, value);
		report_put_text(report, "\n");
	}
}

void report_number(struct report *report, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	put_plain(report, key, text);
}

void report_bool(struct report *report, const char *key, bool value)
{
	put_plain(report, key, report->json ? (value ? "true" : "false") : (value ? "yes" : "no"));
}

void report_null(struct report *report, const char *key)
{
	put_plain(report, key, report->json ? "null" : "unknown");
}

void report_address(struct report *report, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	report_string(report, key, text);
}

void report_open_object(struct report *report, const char *key)
{
	if (report->json) {
		report_put_key(report, key);
		json_open_object(report->json);
	} else if (key) {
		begin_line(report, key, false);
		report_put_text(report, "\n");
	} else {
		report->item_begins = true;
	}
	report->depth++;
}

void report_close_object(struct report *report)
{
	report->depth--;
	report->item_begins = false;
	if (report->json)
		json_close_object(report->json);
}

void report_open_list(struct report *report, const char *key)
{
	if (report->json) {
		report_put_key(report, key);
		json_open_list(report->json);
		return;
	}
	begin_line(report, key, false);
	report_put_text(report, "\n");
	report->depth++;
}

void report_close_list(struct report *report)
{
	if (report->json)
		json_close_list(report->json);
	else
		report->depth--;
}

int report_finish(struct report *report, struct bytes *ret_document)
{
	if (report->json) {
		json_close_object(report->json);
		return json_writer_finish(report->json, "\n", ret_document);
	}
	if (report->text.failed)
		return -ENOMEM;
	*ret_document = (struct bytes){ (const uint8_t *)report->text.data, report->text.size };
	return 0;
}
