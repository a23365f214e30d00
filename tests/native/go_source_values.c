/* SPDX-License-Identifier: MIT */
#include "go_source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARTS = 2048 };

static void read_value(struct go_source *source, struct go_value *value);

static uint64_t read_number(struct go_source *source)
{
	char *end;
	uint64_t number;

	go_source_skip_blanks(source);
	number = *source->at == '-' ? (uint64_t)strtoll(source->at, &end, 0) :
				      strtoull(source->at, &end, 0);
	if (end == source->at)
		go_source_fail(source, "a number is expected here");
	source->at = end;
	return number;
}

static double read_real(struct go_source *source)
{
	char *end;
	double real;

	go_source_skip_blanks(source);
	real = strtod(source->at, &end);
	if (end == source->at)
		go_source_fail(source, "a number is expected here");
	source->at = end;
	return real;
}

static char read_escape(struct go_source *source)
{
	char digits[3] = "";

	switch (*source->at++) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'x':
		memcpy(digits, source->at, 2);
		source->at += 2;
		return (char)strtol(digits, NULL, 16);
	default:
		return source->at[-1];
	}
}

/* Reads "text", or "text" * 100, which is the text repeated a hundred times. */
static size_t read_text(struct go_source *source, char **ret_text)
{
	char text[512], *whole;
	size_t size = 0, times = 1;

	go_source_expect(source, "\"");
	while (*source->at != '"') {
		char c = *source->at++;

		if (!c || size == sizeof(text))
			go_source_fail(source, "the text does not end");
		text[size++] = c == '\\' ? read_escape(source) : c;
	}
	source->at++;
	if (go_source_takes(source, "*"))
		times = read_number(source);
	whole = malloc(size * times + 1);
	if (!whole)
		abort();
	for (size_t i = 0; i < times; i++)
		memcpy(whole + i * size, text, size);
	*ret_text = go_value_keep_text(whole, size * times);
	free(whole);
	return size * times;
}

/* ---- values with parts ---- */

static void set_part_type(struct go_value *value, size_t index, const struct type *type)
{
	value->parts[index].type = type;
}

static void read_fields(struct go_source *source, struct go_value *value)
{
	char name[64];

	go_value_open(value);
	while (!go_source_takes(source, "}")) {
		size_t i = 0;

		go_source_word(source, name, sizeof(name));
		while (i < value->count && strcmp(value->type->fields[i].name, name) != 0)
			i++;
		if (i == value->count)
			go_source_fail(source, "the struct has no such field");
		go_source_expect(source, ":");
		read_value(source, &value->parts[i]);
		go_source_takes(source, ",");
	}
}

static void read_array(struct go_source *source, struct go_value *value)
{
	size_t i = 0;

	go_value_open(value);
	while (!go_source_takes(source, "]")) {
		if (i == value->count)
			go_source_fail(source, "the array has fewer elements");
		read_value(source, &value->parts[i++]);
		go_source_takes(source, ",");
	}
}

static void read_elements(struct go_source *source, struct go_value *value)
{
	struct go_value *parts = calloc(MAX_PARTS, sizeof(*parts));
	size_t count = 0;

	while (parts && !go_source_takes(source, "]")) {
		if (count == MAX_PARTS)
			go_source_fail(source, "the slice has too many elements");
		parts[count].type = value->type->element;
		read_value(source, &parts[count++]);
		go_source_takes(source, ",");
	}
	go_value_make_parts(value, count);
	memcpy(value->parts, parts, count * sizeof(*parts));
	free(parts);
	value->form = GO_PARTS;
}

/* Reads one entry; if the key is written as `3..9`, one entry for each of these numbers. */
static size_t read_entry(struct go_source *source, struct go_value *parts, size_t count)
{
	bool is_deleted = go_source_takes(source, "deleted");
	uint64_t last;

	read_value(source, &parts[count]);
	parts[count].is_deleted = is_deleted;
	last = go_source_takes(source, "..") ? read_number(source) : parts[count].integer;
	go_source_expect(source, ":");
	read_value(source, &parts[count + 1]);
	for (count += 2; parts[count - 2].integer != last && count < MAX_PARTS; count += 2) {
		memcpy(&parts[count], &parts[count - 2], 2 * sizeof(*parts));
		parts[count].integer++;
	}
	return count;
}

static void read_entries(struct go_source *source, struct go_value *value)
{
	struct go_value *parts = calloc(MAX_PARTS, sizeof(*parts));
	size_t count = 0;

	if (go_source_takes(source, "chained"))
		value->map_form = GO_MAP_CHAINED;
	if (go_source_takes(source, "growing"))
		value->map_form = GO_MAP_GROWING;
	go_source_expect(source, "{");
	for (size_t i = 0; parts && i < MAX_PARTS; i += 2) {
		parts[i].type = value->type->key;
		parts[i + 1].type = value->type->element;
	}
	while (parts && !go_source_takes(source, "}")) {
		if (count >= MAX_PARTS)
			go_source_fail(source, "the map has too many entries");
		count = read_entry(source, parts, count);
		go_source_takes(source, ",");
	}
	go_value_make_parts(value, count);
	memcpy(value->parts, parts, count * sizeof(*parts));
	free(parts);
	value->form = GO_PARTS;
}

static void read_held(struct go_source *source, struct go_value *value)
{
	go_value_make_parts(value, 1);
	set_part_type(value, 0, go_source_known(source, go_source_read_type(source)));
	value->form = GO_HELD;
	go_source_expect(source, "(");
	read_value(source, &value->parts[0]);
	go_source_expect(source, ")");
}

/* ---- pointers ---- */

/* Returns the number of a label, counted from 1. */
static uint8_t label_of(struct go_source *source)
{
	char name[32];

	go_source_word(source, name, sizeof(name));
	for (size_t i = 1; i <= source->label_count; i++) {
		if (strcmp(source->labels[i], name) == 0)
			return (uint8_t)i;
	}
	if (++source->label_count == GO_MAX_LABELS)
		go_source_fail(source, "too many labels");
	snprintf(source->labels[source->label_count], sizeof(source->labels[0]), "%s", name);
	return (uint8_t)source->label_count;
}

/* Whether the text continues with `label=`. */
static bool has_label(struct go_source *source)
{
	const char *at;

	go_source_skip_blanks(source);
	at = source->at;
	while (isalnum((unsigned char)*at))
		at++;
	return at > source->at && isalpha((unsigned char)*source->at) && *at == '=';
}

static void read_pointer(struct go_source *source, struct go_value *value)
{
	if (go_source_takes(source, "@")) {
		value->form = GO_LABEL;
		value->label = label_of(source);
		return;
	}
	if (!go_source_takes(source, "&")) {
		value->form = GO_NUMBER;
		value->integer = read_number(source);
		return;
	}
	value->form = GO_TARGET;
	go_value_make_parts(value, 1);
	set_part_type(value, 0, value->type->element);
	if (has_label(source)) {
		value->parts[0].label = label_of(source);
		go_source_expect(source, "=");
	}
	read_value(source, &value->parts[0]);
}

/* ---- any value ---- */

static void read_gone(struct go_source *source, struct go_value *value)
{
	value->form = GO_GONE;
	if (go_source_takes(source, "(")) {
		value->integer = read_number(source);
		go_source_expect(source, ")");
	}
}

static void read_bool(struct go_source *source, struct go_value *value)
{
	value->form = GO_NUMBER;
	value->integer = go_source_takes(source, "true");
	if (!value->integer)
		go_source_expect(source, "false");
}

static void read_complex(struct go_source *source, struct go_value *value)
{
	value->form = GO_COMPLEX;
	go_source_expect(source, "(");
	value->real = read_real(source);
	go_source_expect(source, ",");
	value->imaginary = read_real(source);
	go_source_expect(source, ")");
}

/* Reads an array of bytes that is written as text. */
static void read_byte_array(struct go_source *source, struct go_value *value)
{
	char *text;
	size_t size = read_text(source, &text);

	go_value_open(value);
	for (size_t i = 0; i < size && i < value->count; i++) {
		value->parts[i].form = GO_NUMBER;
		value->parts[i].integer = (uint8_t)text[i];
	}
}

static void read_list(struct go_source *source, struct go_value *value)
{
	bool is_array = value->type->kind == TYPE_ARRAY;

	go_source_skip_blanks(source);
	if (*source->at == '"' && is_array) {
		read_byte_array(source, value);
	} else if (*source->at == '"') {
		value->form = GO_STRING;
		value->size = read_text(source, &value->text);
	} else {
		go_source_expect(source, "[");
		if (is_array)
			read_array(source, value);
		else
			read_elements(source, value);
	}
}

static void read_of_kind(struct go_source *source, struct go_value *value)
{
	switch (value->type->kind) {
	case TYPE_BOOL:
		read_bool(source, value);
		break;
	case TYPE_FLOAT:
		value->form = GO_REAL;
		value->real = read_real(source);
		break;
	case TYPE_COMPLEX:
		read_complex(source, value);
		break;
	case TYPE_STRING:
		value->form = GO_STRING;
		value->size = read_text(source, &value->text);
		break;
	case TYPE_POINTER:
		read_pointer(source, value);
		break;
	case TYPE_STRUCT:
		go_source_expect(source, "{");
		read_fields(source, value);
		break;
	case TYPE_ARRAY:
	case TYPE_SLICE:
		read_list(source, value);
		break;
	case TYPE_MAP:
		read_entries(source, value);
		break;
	case TYPE_INTERFACE:
		read_held(source, value);
		break;
	default:
		value->form = GO_NUMBER;
		value->integer = read_number(source);
	}
}

static void read_value(struct go_source *source, struct go_value *value)
{
	if (go_source_takes(source, "nil"))
		value->form = GO_ZERO;
	else if (go_source_takes(source, "gone"))
		read_gone(source, value);
	else
		read_of_kind(source, value);
}

void go_source_value(struct go_source *source, const char *text, const struct type *type,
		     struct go_value *ret_value)
{
	*ret_value = (struct go_value){ .type = type };
	source->text = source->at = text;
	read_value(source, ret_value);
	go_source_skip_blanks(source);
	if (*source->at)
		go_source_fail(source, "something follows the value");
}
