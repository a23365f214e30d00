/* SPDX-License-Identifier: MIT */
#include "go_types.h"

#include "instance.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "type_record.h"

/* ---- types ---- */

struct record {
	struct type_record record; /* in the form of abi/types/types.c */
	struct record *next;
	char name[256];
	struct field *fields;
};

static struct record *records;

void go_forget(void)
{
	while (records) {
		struct record *next = records->next;

		free(records->fields);
		free(records);
		records = next;
	}
}

__attribute__((format(printf, 3, 4))) static struct type *make(enum type_kind kind, uint64_t size,
							       const char *format, ...)
{
	struct record *record = calloc(1, sizeof(*record));
	va_list arguments;

	if (!record)
		abort();
	va_start(arguments, format);
	vsnprintf(record->name, sizeof(record->name), format, arguments);
	va_end(arguments);
	record->record.owner = TYPE_OWNER_DWARF;
	record->record.type =
		(struct type){ .kind = kind, .name = record->name, .size = size, .complete = true };
	record->next = records;
	records = record;
	return &record->record.type;
}

const struct type *go_basic(const char *name)
{
	static const struct {
		const char *name;
		enum type_kind kind;
		uint64_t size;
	} basic[] = {
		{ "bool", TYPE_BOOL, 1 },
		{ "int", TYPE_INT, 8 },
		{ "int8", TYPE_INT, 1 },
		{ "int16", TYPE_INT, 2 },
		{ "int32", TYPE_INT, 4 },
		{ "int64", TYPE_INT, 8 },
		{ "uint8", TYPE_UINT, 1 },
		{ "uint16", TYPE_UINT, 2 },
		{ "uint32", TYPE_UINT, 4 },
		{ "uint64", TYPE_UINT, 8 },
		{ "float32", TYPE_FLOAT, 4 },
		{ "float64", TYPE_FLOAT, 8 },
		{ "uintptr", TYPE_UINT, 8 },
		{ "complex64", TYPE_COMPLEX, 8 },
		{ "string", TYPE_STRING, 16 },
		{ "complex128", TYPE_COMPLEX, 16 },
		{ "unsafe.Pointer", TYPE_POINTER, 8 },
		{ "func()", TYPE_FUNC, 8 },
	};

	for (size_t i = 0; i < sizeof(basic) / sizeof(basic[0]); i++) {
		if (strcmp(basic[i].name, name) == 0)
			return make(basic[i].kind, basic[i].size, "%s", name);
	}
	abort();
}

const struct type *go_named(const char *name, const struct type *type)
{
	struct type *named = make(type->kind, type->size, "%s", name);
	const char *kept = named->name;

	*named = *type;
	named->name = kept;
	return named;
}

const struct type *go_pointer(const struct type *element)
{
	struct type *type = make(TYPE_POINTER, 8, "*%s", element->name);

	type->element = element;
	return type;
}

const struct type *go_slice(const struct type *element)
{
	struct type *type = make(TYPE_SLICE, 24, "[]%s", element->name);

	type->element = element;
	return type;
}

const struct type *go_array(const struct type *element, uint64_t length)
{
	struct type *type = make(TYPE_ARRAY, element->size * length, "[%llu]%s",
				 (unsigned long long)length, element->name);

	type->element = element;
	type->length = length;
	return type;
}

const struct type *go_map(const struct type *key, const struct type *element)
{
	struct type *type = make(TYPE_MAP, 8, "map[%s]%s", key->name, element->name);

	type->key = key;
	type->element = element;
	return type;
}

const struct type *go_chan(const struct type *element)
{
	struct type *type = make(TYPE_CHAN, 8, "chan %s", element->name);

	type->element = element;
	return type;
}

const struct type *go_mystery(const char *name, enum type_kind kind, uint64_t size)
{
	struct type *type = make(kind, size, "%s", name);

	type->complete = false;
	return type;
}

static uint64_t alignment(const struct type *type)
{
	uint64_t greatest = 1;

	switch (type->kind) {
	case TYPE_BOOL:
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_FLOAT:
		return type->size ? type->size : 1;
	case TYPE_COMPLEX:
		return type->size > 1 ? type->size / 2 : 1;
	case TYPE_ARRAY:
		return alignment(type->element);
	case TYPE_STRUCT:
		for (size_t i = 0; i < type->field_count; i++) {
			uint64_t of_field = alignment(type->fields[i].type);

			greatest = of_field > greatest ? of_field : greatest;
		}
		return greatest;
	default:
		return 8;
	}
}

static uint64_t round_up(uint64_t offset, uint64_t to)
{
	return (offset + to - 1) / to * to;
}

void go_set_fields(struct type *type, const struct go_field *fields)
{
	struct record *record = (struct record *)type_record_of(type);
	size_t count = 0;

	while (fields[count].type)
		count++;
	record->fields = calloc(count + 1, sizeof(*record->fields));
	if (!record->fields)
		abort();
	type->size = 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t offset = round_up(type->size, alignment(fields[i].type));

		record->fields[i] = (struct field){ fields[i].name, fields[i].type, offset,
						    fields[i].embedded };
		type->size = offset + fields[i].type->size;
	}
	type->fields = record->fields;
	type->field_count = count;
	/* The address of a last field without size has to be inside of the struct. */
	if (count && fields[count - 1].type->size == 0 && type->size)
		type->size++;
	type->size = round_up(type->size, alignment(type));
}

struct type *go_open_struct(const char *name)
{
	return make(TYPE_STRUCT, 0, "%s", name);
}

struct type *go_open_pointer(const char *name)
{
	return make(TYPE_POINTER, 8, "%s", name);
}

const struct type *go_struct(const char *name, const struct go_field *fields)
{
	struct type *type = go_open_struct(name);

	go_set_fields(type, fields);
	return type;
}

/* Has the fields of runtime.iface or runtime.eface in DWARF. */
const struct type *go_interface(const char *name, bool has_methods)
{
	struct type *type = make(TYPE_INTERFACE, 16, "%s", name);
	const struct type *pointer = go_basic("unsafe.Pointer");

	go_set_fields(type, (const struct go_field[]){ { has_methods ? "tab" : "_type", pointer },
						       { "data", pointer },
						       { NULL } });
	return type;
}

/* ---- replacements of abi/types/types.c ---- */

void go_know(struct types *types, const struct type *type, uint32_t hash)
{
	if (types->known_count == GO_MAX_KNOWN)
		abort();
	types->known[types->known_count].type = type;
	types->known[types->known_count++].hash = hash;
}

void go_pair(struct types *types, const struct type *interface, const struct type *held)
{
	if (types->pair_count == GO_MAX_PAIRS)
		abort();
	types->pairs[types->pair_count].interface = interface;
	types->pairs[types->pair_count++].held = held;
}

int types_complete(struct types *types, const struct type *type, struct error *err)
{
	if (type->complete)
		return 0;
	return error_fail(err, -ENODATA, "nothing describes %s", type->name);
}

int types_named(struct types *types, const char *name, const struct type **ret_type,
		struct error *err)
{
	for (size_t i = 0; i < types->known_count; i++) {
		if (strcmp(types->known[i].type->name, name) == 0) {
			*ret_type = types->known[i].type;
			return 0;
		}
	}
	return error_fail(err, -ENODATA, "there is no type %s", name);
}

/* Since Go 1.26 also a struct or array with one pointer and otherwise only parts of size zero. */
static bool is_direct(const struct type *type)
{
	switch (type->kind) {
	case TYPE_POINTER:
	case TYPE_MAP:
	case TYPE_CHAN:
	case TYPE_FUNC:
		return true;
	case TYPE_ARRAY:
		return type->size == 8 && type->length == 1 && is_direct(type->element);
	case TYPE_STRUCT:
		for (size_t i = 0; type->size == 8 && i < type->field_count; i++) {
			if (type->fields[i].type->size)
				return is_direct(type->fields[i].type);
		}
		return false;
	default:
		return false;
	}
}

int types_runtime(struct types *types, const struct type *type, struct runtime_type *ret_type,
		  struct error *err)
{
	for (size_t i = 0; i < types->known_count; i++) {
		if (types->known[i].type == type && types->known[i].hash) {
			ret_type->hash = types->known[i].hash;
			ret_type->is_direct = is_direct(type);
			return 0;
		}
	}
	return error_fail(err, -ENODATA, "the program has no descriptor of type %s", type->name);
}

int types_map_group(struct types *types, const struct type *map, const struct type **ret_group,
		    struct error *err)
{
	return error_fail(err, -ENODATA, "no descriptors");
}

int types_implementing(struct types *types, const struct type *interface,
		       const struct type **ret_list, size_t max, struct error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < types->pair_count && count < max; i++) {
		if (types->pairs[i].interface == interface)
			ret_list[count++] = types->pairs[i].held;
	}
	return (int)count;
}

int types_hashed(struct types *types, uint32_t hash, const struct type **ret_type,
		 struct error *err)
{
	for (size_t i = 0; hash && i < types->known_count; i++) {
		if (types->known[i].hash == hash) {
			*ret_type = types->known[i].type;
			return 0;
		}
	}
	return error_fail(err, -ENODATA, "the program has no type with the hash 0x%x", hash);
}

struct type_names *types_names(struct types *types)
{
	return type_names_take(types->names);
}

bool types_variable(struct types *types, const char *name, uint64_t *ret_address)
{
	if (!types->variable || strcmp(types->variable, name) != 0)
		return false;
	*ret_address = types->variable_address;
	return true;
}

bool types_field_is_uncertain(const struct types *types, const struct type *type, const char *field)
{
	return false;
}

int instance_types(struct types *types, const struct signature *signature,
		   const struct parameter *parameter, const struct type **ret_list, size_t max,
		   struct error *err)
{
	size_t count = types->instance_count < max ? types->instance_count : max;

	if (!parameter->dictionary_word)
		return 0;
	memcpy(ret_list, types->instances, count * sizeof(*ret_list));
	return (int)count;
}

const struct type *go_any_pointer(void)
{
	static const struct type any_pointer = { .kind = TYPE_POINTER,
						 .name = "go.shape.*uint8",
						 .size = 8,
						 .is_any_pointer = true,
						 .complete = true };

	return &any_pointer;
}
