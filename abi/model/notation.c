/* SPDX-License-Identifier: MIT */
#include "notation.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct builtin {
	const char *name;
	enum type_kind kind;
	uint64_t size;
};

static const struct builtin builtins[] = {
	{ "bool", TYPE_BOOL, 1 },
	{ "int", TYPE_INT, 8 },
	{ "int8", TYPE_INT, 1 },
	{ "int16", TYPE_INT, 2 },
	{ "int32", TYPE_INT, 4 },
	{ "rune", TYPE_INT, 4 },
	{ "int64", TYPE_INT, 8 },
	{ "uint", TYPE_UINT, 8 },
	{ "uint8", TYPE_UINT, 1 },
	{ "byte", TYPE_UINT, 1 },
	{ "uint16", TYPE_UINT, 2 },
	{ "uint32", TYPE_UINT, 4 },
	{ "uint64", TYPE_UINT, 8 },
	{ "uintptr", TYPE_UINT, 8 },
	{ "float32", TYPE_FLOAT, 4 },
	{ "float64", TYPE_FLOAT, 8 },
	{ "complex64", TYPE_COMPLEX, 8 },
	{ "complex128", TYPE_COMPLEX, 16 },
	{ "string", TYPE_STRING, 16 },
	{ "unsafe.Pointer", TYPE_POINTER, 8 },
	{ "error", TYPE_INTERFACE, 16 },
	{ "any", TYPE_INTERFACE, 16 },
	{ "interface", TYPE_INTERFACE, 16 },
	{ "struct", TYPE_STRUCT, 0 },
};

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static int element_is(struct notation *notation, enum type_kind kind, uint64_t size,
		      const char *element)
{
	notation->kind = kind;
	notation->size = size;
	notation->element = element;
	notation->element_length = strlen(element);
	return *element ? 0 : -EINVAL;
}

/* Returns the offset of the bracket that closes the one at text[0]; 0 if it is not closed. */
static size_t closing_bracket(const char *text)
{
	size_t depth = 0;

	for (size_t i = 0; text[i]; i++) {
		if (strchr("([{", text[i]))
			depth++;
		else if (strchr(")]}", text[i]) && --depth == 0)
			return i;
	}
	return 0;
}

static int map_parse(const char *text, struct notation *notation)
{
	const char *bracket = text + strlen("map");
	size_t close = closing_bracket(bracket);

	if (close < 2)
		return -EINVAL;
	notation->key = bracket + 1;
	notation->key_length = close - 1;
	return element_is(notation, TYPE_MAP, 8, bracket + close + 1);
}

static int array_parse(const char *text, struct notation *notation)
{
	char *end;

	if (text[1] == ']')
		return element_is(notation, TYPE_SLICE, 24, text + 2);
	if (text[1] < '0' || text[1] > '9')
		return -EINVAL;
	errno = 0;
	notation->length = strtoull(text + 1, &end, 10);
	if (errno || *end != ']')
		return -EINVAL;
	return element_is(notation, TYPE_ARRAY, 0, end + 1);
}

/* Parses the name of a type. The layout of a type that is not builtin is unknown. */
static int name_parse(const char *text, struct notation *notation)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (strcmp(builtins[i].name, text) == 0) {
			notation->kind = builtins[i].kind;
			notation->size = builtins[i].size;
			return 0;
		}
	}
	return strpbrk(text, " \t\n,*()") || !strchr(text, '.') ? -EINVAL : 0;
}

int notation_parse(const char *text, struct notation *ret_notation)
{
	*ret_notation = (struct notation){ .kind = TYPE_UNKNOWN };
	if (text[0] == '*')
		return element_is(ret_notation, TYPE_POINTER, 8, text + 1);
	if (text[0] == '[')
		return array_parse(text, ret_notation);
	if (starts_with(text, "map["))
		return map_parse(text, ret_notation);
	if (starts_with(text, "chan "))
		return element_is(ret_notation, TYPE_CHAN, 8, text + strlen("chan "));
	if (starts_with(text, "<-chan ") || starts_with(text, "chan<- "))
		return element_is(ret_notation, TYPE_CHAN, 8, text + strlen("<-chan "));
	if (starts_with(text, "func(") || strcmp(text, "func") == 0) {
		ret_notation->kind = TYPE_FUNC;
		ret_notation->size = 8;
		return 0;
	}
	if (starts_with(text, "interface {")) {
		ret_notation->kind = TYPE_INTERFACE;
		ret_notation->size = 16;
		return 0;
	}
	/* The fields of an unnamed struct are not parsed; only the size of "struct {}" is known: zero. */
	if (starts_with(text, "struct {")) {
		ret_notation->kind = strcmp(text, "struct {}") == 0 ? TYPE_STRUCT : TYPE_UNKNOWN;
		return 0;
	}
	return name_parse(text, ret_notation);
}

size_t notation_parameter(const char *text)
{
	size_t depth = 0, i;

	for (i = 0; text[i] && !(text[i] == ',' && depth == 0); i++) {
		if (strchr("([{", text[i]))
			depth++;
		else if (strchr(")]}", text[i]) && depth)
			depth--;
	}
	return i;
}
