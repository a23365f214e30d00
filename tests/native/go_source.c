/* SPDX-License-Identifier: MIT */
#include "go_source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const basic_names[] = {
	"bool",	  "int",    "int8",    "int16",	  "int32",   "int64",	  "uint8",	"uint16",
	"uint32", "uint64", "uintptr", "float32", "float64", "complex64", "complex128", "string",
};

/* ---- text ---- */

void go_source_fail(const struct go_source *source, const char *why)
{
	fprintf(stderr, "%s\n%*s^ %s\n", source->text, (int)(source->at - source->text), "", why);
	abort();
}

void go_source_skip_blanks(struct go_source *source)
{
	while (isspace((unsigned char)*source->at))
		source->at++;
}

bool go_source_takes(struct go_source *source, const char *token)
{
	size_t size = strlen(token);

	go_source_skip_blanks(source);
	if (strncmp(source->at, token, size) != 0)
		return false;
	/* A word does not match the begin of a longer word. */
	if (isalpha((unsigned char)token[size - 1]) && isalnum((unsigned char)source->at[size]))
		return false;
	source->at += size;
	return true;
}

void go_source_expect(struct go_source *source, const char *token)
{
	char why[64];

	if (go_source_takes(source, token))
		return;
	snprintf(why, sizeof(why), "%s is expected here", token);
	go_source_fail(source, why);
}

static bool is_part_of_word(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_./", c));
}

void go_source_word(struct go_source *source, char *ret_word, size_t size)
{
	size_t used = 0;

	go_source_skip_blanks(source);
	while (is_part_of_word(*source->at) && used + 1 < size)
		ret_word[used++] = *source->at++;
	ret_word[used] = '\0';
	if (used == 0)
		go_source_fail(source, "a name is expected here");
}

/* ---- types ---- */

static void declare(struct go_source *source, const char *name, const struct type *type)
{
	size_t count = source->declared_count++;

	if (count == GO_MAX_KNOWN)
		go_source_fail(source, "too many types");
	snprintf(source->declared[count].name, sizeof(source->declared[count].name), "%s", name);
	source->declared[count].type = type;
}

static const struct type *declared(const struct go_source *source, const char *name)
{
	for (size_t i = source->declared_count; i-- > 0;) {
		if (strcmp(source->declared[i].name, name) == 0)
			return source->declared[i].type;
	}
	return NULL;
}

const struct type *go_source_known(struct go_source *source, const struct type *type)
{
	struct types *types = source->types;
	uint32_t hash = 0x1000 + (uint32_t)types->known_count;

	for (size_t i = 0; i < types->known_count; i++) {
		if (strcmp(types->known[i].type->name, type->name) == 0)
			return types->known[i].type;
	}
	go_know(types, type, hash);
	if (type_names_add(types->names, hash, type->name) < 0)
		abort();
	type_names_sort(types->names);
	return type;
}

static const struct type *read_named(struct go_source *source)
{
	const struct type *type;
	char name[64];

	go_source_word(source, name, sizeof(name));
	type = declared(source, name);
	if (!type)
		go_source_fail(source, "there is no type of this name before");
	return type;
}

static const struct type *read_map(struct go_source *source)
{
	const struct type *key = go_source_read_type(source);

	go_source_expect(source, "]");
	return go_map(key, go_source_read_type(source));
}

static const struct type *read_list(struct go_source *source)
{
	uint64_t length;

	if (go_source_takes(source, "]"))
		return go_slice(go_source_read_type(source));
	length = strtoull(source->at, (char **)&source->at, 10);
	go_source_expect(source, "]");
	return go_array(go_source_read_type(source), length);
}

const struct type *go_source_read_type(struct go_source *source)
{
	if (go_source_takes(source, "*"))
		return go_pointer(go_source_read_type(source));
	if (go_source_takes(source, "map["))
		return read_map(source);
	if (go_source_takes(source, "["))
		return read_list(source);
	if (go_source_takes(source, "chan"))
		return go_chan(go_source_read_type(source));
	if (go_source_takes(source, "func()"))
		return go_basic("func()");
	return read_named(source);
}

/* Returns the name of an embedded field: the name of its type, without package and star. */
static char *embedded_name(const struct type *type)
{
	const char *name = strrchr(type->name, '.');

	name = name ? name + 1 : type->name;
	return go_value_keep_text(name, strlen(name));
}

/* `Name Type`, or an embedded `Type`. */
static struct go_field read_field(struct go_source *source)
{
	const char *begin = source->at;
	char name[64];

	if (!go_source_takes(source, "*")) {
		go_source_word(source, name, sizeof(name));
		go_source_skip_blanks(source);
		if (*source->at != ';' && *source->at != '}')
			return (struct go_field){ go_value_keep_text(name, strlen(name)),
						  go_source_read_type(source), false };
	}
	source->at = begin;
	{
		const struct type *type = go_source_read_type(source);

		return (struct go_field){ embedded_name(type), type, true };
	}
}

static void read_struct(struct go_source *source, struct type *type)
{
	struct go_field fields[32] = { { NULL } };
	size_t count = 0;

	while (!go_source_takes(source, "}")) {
		if (count == 31)
			go_source_fail(source, "too many fields");
		fields[count++] = read_field(source);
		go_source_takes(source, ";");
	}
	go_set_fields(type, fields);
}

static void read_interface(struct go_source *source, const struct type *interface)
{
	while (!go_source_takes(source, "}")) {
		go_pair(source->types, interface,
			go_source_known(source, go_source_read_type(source)));
		go_source_takes(source, ";");
	}
}

static const struct type *read_declared(struct go_source *source, const char *name)
{
	const struct type *type;

	if (go_source_takes(source, "struct {")) {
		struct type *open = go_open_struct(name);

		declare(source, name, open);
		read_struct(source, open);
		return open;
	}
	if (go_source_takes(source, "interface {")) {
		type = go_interface(name, true);
		read_interface(source, type);
	} else {
		type = go_named(name, go_source_read_type(source));
	}
	declare(source, name, type);
	return type;
}

/* ---- public functions ---- */

void go_source_init(struct go_source *source, struct types *types)
{
	*source = (struct go_source){ .types = types, .text = "", .at = "" };
	types->names = type_names_create();
	if (!types->names)
		abort();
	for (size_t i = 0; i < sizeof(basic_names) / sizeof(basic_names[0]); i++) {
		declare(source, basic_names[i], go_basic(basic_names[i]));
		go_source_known(source, source->declared[i].type);
	}
	declare(source, "unsafe.Pointer", go_basic("unsafe.Pointer"));
	declare(source, "any", go_interface("interface {}", false));
	declare(source, "error", go_interface("error", true));
}

void go_source_declare(struct go_source *source, const char *text)
{
	const struct type *type;
	char name[64];

	source->text = source->at = text;
	go_source_word(source, name, sizeof(name));
	type = read_declared(source, name);
	if (type->kind != TYPE_INTERFACE)
		go_source_known(source, type);
}

const struct type *go_source_type(struct go_source *source, const char *text)
{
	source->text = source->at = text;
	return go_source_read_type(source);
}
