/* SPDX-License-Identifier: MIT */
#include "otel_line.h"

#include <stdio.h>

/* Writes the key of a member; of an attribute also what is before its value, which has a kind there. */
static void begin_member(struct otel_line *line, const char *key, size_t key_size, const char *kind)
{
	if (!line->is_otlp) {
		json_plain(line->writer, key, key_size);
		return;
	}
	json_open_object(line->writer);
	json_key(line->writer, "key");
	json_bytes(line->writer, key, key_size);
	json_key(line->writer, "value");
	json_open_object(line->writer);
	json_plain(line->writer, kind, strlen(kind));
}

static void end_member(struct otel_line *line)
{
	if (!line->is_otlp)
		return;
	json_close_object(line->writer);
	json_close_object(line->writer);
}

void otel_text_member(struct otel_line *line, const char *key, size_t key_size,
		      const struct text *text, enum secrets secrets)
{
	if (text->presence != PRESENT || !text->length)
		return;
	begin_member(line, key, key_size, "stringValue");
	json_text(line->writer, line->redaction, text, secrets);
	end_member(line);
}

/* In the JSON of protocol buffers integers of 64 bits are strings. */
static void put_otel_integer(struct otel_line *line, int64_t value)
{
	char text[24];

	if (!line->is_otlp) {
		json_integer(line->writer, value);
		return;
	}
	snprintf(text, sizeof(text), "%lld", (long long)value);
	json_name(line->writer, text);
}

void otel_number_member(struct otel_line *line, const char *key, size_t key_size,
			const struct integer *integer)
{
	if (integer->presence != PRESENT || !integer_is_exact(integer->value))
		return;
	begin_member(line, key, key_size, "intValue");
	put_otel_integer(line, integer->value);
	end_member(line);
}

void otel_name_member(struct otel_line *line, const char *key, size_t key_size, const char *name)
{
	if (name)
		otel_bytes_member(line, key, key_size, name, strlen(name));
}

void otel_bytes_member(struct otel_line *line, const char *key, size_t key_size, const char *data,
		       size_t size)
{
	begin_member(line, key, key_size, "stringValue");
	json_bytes(line->writer, data, size);
	end_member(line);
}

void otel_open_list(struct otel_line *line, const char *key)
{
	begin_member(line, key, strlen(key), "arrayValue");
	if (line->is_otlp) {
		json_open_object(line->writer);
		json_key(line->writer, "values");
	}
	json_open_list(line->writer);
}

void otel_list_name(struct otel_line *line, const char *name)
{
	if (line->is_otlp) {
		json_open_object(line->writer);
		json_key(line->writer, "stringValue");
	}
	json_name(line->writer, name);
	if (line->is_otlp)
		json_close_object(line->writer);
}

void otel_close_list(struct otel_line *line)
{
	json_close_list(line->writer);
	if (line->is_otlp)
		json_close_object(line->writer);
	end_member(line);
}
