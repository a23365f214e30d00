/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "escape.h"

enum { KEY_WIDTH = 13 };

struct report {
	yajl_gen json; /* NULL: text */
	FILE *text;
	char *text_data;
	size_t text_size;
	int depth;
	bool item_begins; /* text: the next line begins an item of a list */
	bool failed;
};

int report_create(bool json, struct report **ret_report)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return -ENOMEM;
	if (json)
		report->json = yajl_gen_alloc(NULL);
	else
		report->text = open_memstream(&report->text_data, &report->text_size);
	if (!report->json && !report->text) {
		free(report);
		return -ENOMEM;
	}
	if (report->json)
		yajl_gen_map_open(report->json);
	*ret_report = report;
	return 0;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	if (report->json)
		yajl_gen_free(report->json);
	if (report->text)
		fclose(report->text);
	free(report->text_data);
	free(report);
}

/* Begins a line of text: the indentation, the dash of a list's item, the key. */
static void begin_line(struct report *report, const char *key, bool has_value)
{
	int indent = 2 * report->depth;

	if (report->item_begins)
		fprintf(report->text, "%*s- ", indent - 2, "");
	else
		fprintf(report->text, "%*s", indent, "");
	report->item_begins = false;
	if (key && has_value)
		fprintf(report->text, "%-*s ", KEY_WIDTH, key);
	else if (key)
		fprintf(report->text, "%s", key);
}

static void put_json_key(struct report *report, const char *key)
{
	if (key && yajl_gen_string(report->json, (const unsigned char *)key, strlen(key)) !=
			   yajl_gen_status_ok)
		report->failed = true;
}

/* Writes the bytes escaped, in quotes for JSON. */
static void put_escaped(struct report *report, const char *value, size_t size)
{
	char *escaped = malloc(size * ESCAPE_MAX_GROWTH + 2);
	size_t written;

	if (!escaped) {
		report->failed = true;
		return;
	}
	if (report->json) {
		escaped[0] = '"';
		written = escape(ESCAPE_JSON, value, size, escaped + 1) + 1;
		escaped[written++] = '"';
		if (yajl_gen_number(report->json, escaped, written) != yajl_gen_status_ok)
			report->failed = true;
	} else {
		written = escape(ESCAPE_TERMINAL, value, size, escaped);
		fwrite(escaped, 1, written, report->text);
	}
	free(escaped);
}

void report_bytes(struct report *report, const char *key, const char *value, size_t size)
{
	if (report->json)
		put_json_key(report, key);
	else
		begin_line(report, key, true);
	put_escaped(report, value, size);
	if (report->text)
		fputc('\n', report->text);
}

void report_string(struct report *report, const char *key, const char *value)
{
	report_bytes(report, key, value, strlen(value));
}

/* A value that is written the same way in both notations. */
static void put_plain(struct report *report, const char *key, const char *value)
{
	if (report->json) {
		put_json_key(report, key);
		yajl_gen_number(report->json, value, strlen(value));
	} else {
		begin_line(report, key, true);
		fprintf(report->text, "%s\n", value);
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
		put_json_key(report, key);
		yajl_gen_map_open(report->json);
	} else if (key) {
		begin_line(report, key, false);
		fputc('\n', report->text);
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
		yajl_gen_map_close(report->json);
}

void report_open_list(struct report *report, const char *key)
{
	if (report->json) {
		put_json_key(report, key);
		yajl_gen_array_open(report->json);
		return;
	}
	begin_line(report, key, false);
	fputc('\n', report->text);
	report->depth++;
}

void report_close_list(struct report *report)
{
	if (report->json)
		yajl_gen_array_close(report->json);
	else
		report->depth--;
}

static int finish_json(struct report *report, struct bytes *ret_document)
{
	const unsigned char *document;
	size_t size;

	yajl_gen_map_close(report->json);
	yajl_gen_reset(report->json, "\n");
	if (report->failed ||
	    yajl_gen_get_buf(report->json, &document, &size) != yajl_gen_status_ok)
		return -ENOMEM;
	*ret_document = (struct bytes){ document, size };
	return 0;
}

int report_finish(struct report *report, struct bytes *ret_document)
{
	if (report->json)
		return finish_json(report, ret_document);
	if (fflush(report->text) != 0 || report->failed)
		return -ENOMEM;
	*ret_document = (struct bytes){ (const uint8_t *)report->text_data, report->text_size };
	return 0;
}
