/* SPDX-License-Identifier: MIT */
#include "cell_json.h"

#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "go_text.h"
#include "redacted_text.h"

enum { LARGEST_EXACT_BITS = 53 }; /* a double represents integers up to 2^53 exactly */

static void cell_put_formatted(struct json_writer *writer, const char *format, uint64_t value)
{
	char text[32];

	json_plain(writer, text, snprintf(text, sizeof(text), format, (unsigned long long)value));
}

void cell_json_signed(struct json_writer *writer, int64_t value)
{
	int64_t largest = INT64_C(1) << LARGEST_EXACT_BITS;

	if (value >= -largest && value <= largest)
		json_integer(writer, value);
	else
		cell_put_formatted(writer, "%lld", (uint64_t)value);
}

void cell_json_unsigned(struct json_writer *writer, uint64_t value)
{
	if (value <= UINT64_C(1) << LARGEST_EXACT_BITS)
		json_integer(writer, (int64_t)value);
	else
		cell_put_formatted(writer, "%llu", value);
}

void cell_json_float(struct json_writer *writer, uint64_t bits, uint8_t size)
{
	char text[GO_TEXT_SIZE];

	if (go_float_text(bits, size, text))
		json_raw(writer, text, strlen(text));
	else
		json_name(writer, text);
}

bool cell_json_string(struct json_writer *writer, const struct redaction *redaction,
		      const struct hit_value *value)
{
	bool is_cut = value->size < value->length;
	size_t size = is_cut ? escape_trim_cut(value->data, value->size) : value->size;
	struct redacted_text text = redacted_text_make(redaction, value->data, size, is_cut);

	json_bytes(writer, text.data, text.size);
	redacted_text_release(&text);
	return !is_cut;
}

bool cell_json_value(struct json_writer *writer, const struct redaction *redaction,
		     const struct cell *cell, const struct hit_value *value)
{
	switch (cell->kind) {
	case CELL_BOOL:
		json_bool(writer, value->integer);
		break;
	case CELL_INT:
		cell_json_signed(writer, value->integer);
		break;
	case CELL_UINT:
		cell_json_unsigned(writer, (uint64_t)value->integer);
		break;
	case CELL_FLOAT:
		cell_json_float(writer, (uint64_t)value->integer, cell->size);
		break;
	case CELL_STRING:
		return cell_json_string(writer, redaction, value);
	case CELL_POINTER:
		if (value->integer)
			cell_put_formatted(writer, "0x%llx", (uint64_t)value->integer);
		else
			json_null(writer);
		break;
	}
	return true;
}

bool cell_json_key(struct json_writer *writer, const struct redaction *redaction,
		   const struct cell *cell, const struct hit_value *value)
{
	char text[GO_TEXT_SIZE];

	switch (cell->kind) {
	case CELL_BOOL:
		json_name(writer, value->integer ? "true" : "false");
		break;
	case CELL_INT:
		cell_put_formatted(writer, "%lld", (uint64_t)value->integer);
		break;
	case CELL_UINT:
		cell_put_formatted(writer, "%llu", (uint64_t)value->integer);
		break;
	case CELL_FLOAT:
		go_float_text((uint64_t)value->integer, cell->size, text);
		json_name(writer, text);
		break;
	case CELL_STRING:
		return cell_json_string(writer, redaction, value);
	case CELL_POINTER:
		cell_put_formatted(writer, "0x%llx", (uint64_t)value->integer);
		break;
	}
	return true;
}
