/* SPDX-License-Identifier: MIT */
#include "declaration_parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

/* A quote begins at most this number of bytes before the wrong byte. */
enum { QUOTE_BEFORE = 160 };
/* The text of a type can be longer than the declaration, because each field of a group repeats the type. */
enum { MAX_NAME = 4 * DECLARATION_MAX_TEXT };

int declaration_fail(struct error *err, int code, const char *text, size_t at, const char *format,
		     ...)
{
	size_t from = at > QUOTE_BEFORE ? at - QUOTE_BEFORE : 0;
	char why[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	error_fail(err, code, "%s", why);
	error_quote(err, text + from, at - from);
	return code;
}

int declaration_fail_at(const struct declaration_parser *parser, size_t at, const char *what)
{
	return declaration_fail(parser->err, -EINVAL, parser->text, at, "%s", what);
}

int declaration_fail_memory(const struct declaration_parser *parser)
{
	return error_fail(parser->err, -ENOMEM, "out of memory");
}

void declaration_skip_space(struct declaration_parser *parser)
{
	parser->at += strspn(parser->text + parser->at, " \t\r\n");
}

bool declaration_take(struct declaration_parser *parser, const char *word)
{
	size_t size = strlen(word);

	declaration_skip_space(parser);
	if (strncmp(parser->text + parser->at, word, size) != 0)
		return false;
	parser->at += size;
	return true;
}

/* Go's identifiers may contain any Unicode letter: all bytes above ASCII are accepted. */
static bool is_identifier_byte(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
	       (byte >= '0' && byte <= '9') || byte >= 0x80;
}

size_t declaration_identifier_size(const char *text)
{
	size_t size = 0;

	if (*text >= '0' && *text <= '9')
		return 0;
	while (is_identifier_byte((unsigned char)text[size]))
		size++;
	return size;
}

/*
 * A name may contain all characters of import paths. It ends before the three dots of a variadic parameter.
 */
size_t declaration_name_size(const char *text)
{
	size_t size = 0;

	while (is_identifier_byte((unsigned char)text[size]) ||
	       (text[size] && strchr("./-~%+@!$", text[size]) &&
		strncmp(text + size, "...", 3) != 0))
		size++;
	return size;
}

size_t declaration_bracket_end(const char *text)
{
	static const char openings[] = "([{", closings[] = ")]}";
	char expected[DECLARATION_MAX_DEPTH];
	size_t depth = 0;

	for (size_t i = 0; text[i]; i++) {
		const char *opening = strchr(openings, text[i]);

		if (opening && depth == sizeof(expected))
			return 0;
		if (opening)
			expected[depth++] = closings[opening - openings];
		else if (strchr(closings, text[i]) && (!depth || expected[--depth] != text[i]))
			return 0;
		if (depth == 0)
			return i;
	}
	return 0;
}

char *declaration_join(const struct declaration_parser *parser, const char *format, ...)
{
	va_list arguments, again;
	char *text = NULL;
	int size;

	va_start(arguments, format);
	va_copy(again, arguments);
	size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size >= 0)
		text = arena_alloc(parser->arena, (size_t)size + 1, 1);
	if (text)
		vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	return text;
}

void declared_text_add(struct declared_text *text, const char *part)
{
	size_t size = strlen(part);
	char *bytes =
		text->failed || text->size > MAX_NAME ?
			NULL :
			array_reserve(text->bytes, text->size + size + 1, 64, &text->capacity);

	if (!bytes) {
		text->failed = text->size <= MAX_NAME;
		return;
	}
	text->bytes = bytes;
	memcpy(bytes + text->size, part, size + 1);
	text->size += size;
}

int declared_text_finish(const struct declaration_parser *parser, struct declared_text *text,
			 const char **ret_text)
{
	const char *copy = text->failed ? NULL :
					  arena_string(parser->arena, text->bytes, text->size);
	int r = 0;

	if (text->size > MAX_NAME)
		r = error_fail(parser->err, -E2BIG, "the declaration has too large a type");
	else if (!copy)
		r = declaration_fail_memory(parser);
	else
		*ret_text = copy;
	free(text->bytes);
	return r;
}

/* The capacity of a list is a power of two. The arena cannot resize, so a full list is copied. */
int declared_list_add(const struct declaration_parser *parser, struct declared_list *list,
		      const struct declared_field *field)
{
	size_t count = list->count;

	if ((count & (count - 1)) == 0) {
		struct declared_field *fields =
			arena_alloc(parser->arena, count ? 2 * count : 1, sizeof(*fields));

		if (!fields)
			return declaration_fail_memory(parser);
		if (count)
			memcpy(fields, list->fields, count * sizeof(*fields));
		list->fields = fields;
	}
	list->fields[list->count++] = *field;
	return 0;
}
