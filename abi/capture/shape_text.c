/* SPDX-License-Identifier: MIT */
/*
 * Types that are shown as text, and types whose value is in one of their fields. Such a type is recognized by
 * its full name, and only if its layout is that of its package's source code.
 */
#include "shape_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { UUID_SIZE = 16, INTEGER_MAX_WORDS = 32 };

/* ---- fields that must match the source code ---- */

bool text_enter(struct walk *walk, const char *name, enum type_kind kind, uint64_t size)
{
	struct types *types = walk->scope->types;

	if (types_complete(types, walk->type, NULL) < 0 || walk->type->kind != TYPE_STRUCT)
		return false;
	for (size_t i = 0; i < walk->type->field_count; i++) {
		const struct field *field = &walk->type->fields[i];

		if (strcmp(field->name, name) != 0)
			continue;
		return field->type->kind == kind && (!size || field->type->size == size) &&
		       walk_to_field(walk, field, NULL) == 0 &&
		       types_complete(types, walk->type, NULL) == 0;
	}
	return false;
}

int text_enter_pointer(struct shape_maker *maker, struct walk *walk, const char *name)
{
	if (!text_enter(walk, name, TYPE_POINTER, SHAPE_WORD) || !walk->type->element)
		return -ENOENT;
	return walk_follow(walk, maker->err);
}

int text_add_part(struct shape_maker *maker, const struct walk *owner, const char *name,
		  enum type_kind kind, uint64_t size)
{
	struct walk part = *owner;

	if (!text_enter(&part, name, kind, size))
		return -ENOENT;
	return value_add(maker, &part, (struct shape_position){ .name = name });
}

int text_open(struct shape_maker *maker, enum text_form form, struct shape_position position)
{
	int node = maker_open(maker, SHAPE_TEXT, position);

	if (node >= 0)
		maker_node(maker, node)->count = form;
	return node;
}

int text_close(struct shape_maker *maker, int node, int result)
{
	return result < 0 ? result : maker_close(maker, node);
}

/* ---- bytes ---- */

static int add_bytes(struct shape_maker *maker, const struct walk *walk, enum text_form form,
		     struct shape_position position)
{
	int node, r;

	if (walk->type->kind != TYPE_SLICE || !is_bytes(walk->type))
		return -ENOENT;
	node = text_open(maker, form, position);
	r = node < 0 ? node : bytes_add_slice(maker, walk, (struct shape_position){ .name = "" });
	return text_close(maker, node, r);
}

static int add_ip(struct shape_maker *maker, const struct walk *walk,
		  struct shape_position position)
{
	return add_bytes(maker, walk, TEXT_IP, position);
}

static int add_ip_mask(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	return add_bytes(maker, walk, TEXT_IP_MASK, position);
}

static int add_hardware_address(struct shape_maker *maker, const struct walk *walk,
				struct shape_position position)
{
	return add_bytes(maker, walk, TEXT_HARDWARE_ADDRESS, position);
}

/* Returns whether the type is a UUID. Many packages define one, so the package does not matter. */
static bool is_uuid(const struct type *type)
{
	const char *dot = strrchr(type->name, '.');

	return type->kind == TYPE_ARRAY && type->length == UUID_SIZE && is_bytes(type) && dot &&
	       strcasecmp(dot + 1, "UUID") == 0;
}

static int add_uuid(struct shape_maker *maker, const struct walk *walk,
		    struct shape_position position)
{
	int node = text_open(maker, TEXT_UUID, position);
	int r = node < 0 ? node :
			   bytes_add_array(maker, walk, (struct shape_position){ .name = "" });

	return text_close(maker, node, r);
}

/* ---- numbers and times ---- */

/* Adds the words of a number, lowest first: all of them, or as many as the bounds allow. */
static int add_words(struct shape_maker *maker, const struct walk *words)
{
	uint64_t most = maker->bounds.bytes / SHAPE_WORD < INTEGER_MAX_WORDS ?
				maker->bounds.bytes / SHAPE_WORD :
				INTEGER_MAX_WORDS;
	int pointer = maker_add_part(maker, words, 0, CELL_POINTER, SHAPE_WORD);
	int length = pointer < 0 ? pointer :
				   maker_add_part(maker, words, SHAPE_WORD, CELL_INT, SHAPE_WORD);
	int node = length < 0 ?
			   length :
			   maker_open(maker, SHAPE_SLICE, (struct shape_position){ .name = "" });
	int r = maker_set_cells(maker, node, pointer, length);

	for (uint64_t i = 0; r == 0 && i < most; i++) {
		struct walk word = *words;

		r = walk_to_element(&word, i, maker->err);
		if (r == 0)
			r = value_add(maker, &word, (struct shape_position){ .name = "" });
	}
	return text_close(maker, node, r);
}

/* big.Int{neg bool, abs nat}; a nat is a []Word. */
static int add_integer(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	struct walk words = *walk, sign = *walk;
	int node, r;

	if (!text_enter(&sign, "neg", TYPE_BOOL, 1) ||
	    !text_enter(&words, "abs", TYPE_SLICE, 3 * SHAPE_WORD) || !words.type->element ||
	    words.type->element->kind != TYPE_UINT || words.type->element->size != SHAPE_WORD)
		return -ENOENT;
	node = text_open(maker, TEXT_INTEGER, position);
	r = node < 0 ? node : value_add(maker, &sign, (struct shape_position){ .name = "" });
	if (r == 0)
		r = add_words(maker, &words);
	return text_close(maker, node, r);
}

/*
 * Adds the zone that a time.Location has cached: the zone that it used last, and the period in which it is
 * valid.
 */
static int add_location(struct shape_maker *maker, const struct walk *time)
{
	struct walk location = *time, zone;
	int r = text_enter_pointer(maker, &location, "loc");

	if (r == 0)
		r = text_add_part(maker, &location, "cacheStart", TYPE_INT, SHAPE_WORD);
	if (r == 0)
		r = text_add_part(maker, &location, "cacheEnd", TYPE_INT, SHAPE_WORD);
	zone = location;
	if (r == 0)
		r = text_enter_pointer(maker, &zone, "cacheZone");
	return r < 0 ? r : text_add_part(maker, &zone, "offset", TYPE_INT, SHAPE_WORD);
}

/* time.Time{wall uint64, ext int64, loc *Location} */
static int add_time(struct shape_maker *maker, const struct walk *walk,
		    struct shape_position position)
{
	struct walk wall = *walk, ext = *walk;
	struct maker_mark before;
	int first, second, node, r;

	if (!text_enter(&wall, "wall", TYPE_UINT, SHAPE_WORD) ||
	    !text_enter(&ext, "ext", TYPE_INT, SHAPE_WORD))
		return -ENOENT;
	first = maker_add_part(maker, &wall, 0, CELL_UINT, SHAPE_WORD);
	second = first < 0 ? first : maker_add_part(maker, &ext, 0, CELL_INT, SHAPE_WORD);
	node = second < 0 ? second : maker_open(maker, SHAPE_TIME, position);
	r = maker_set_cells(maker, node, first, second);
	if (r < 0)
		return r;
	before = maker_mark(maker);
	r = add_location(maker, walk);
	if (r == -E2BIG || r == -ENOMEM)
		return r;
	if (r < 0) {
		maker_rewind(maker, before);
	}
	return maker_close(maker, node);
}

/* ---- values within a struct ---- */

/* Types of sync/atomic: their value is in the field v. */
static int add_atomic(struct shape_maker *maker, const struct walk *walk,
		      struct shape_position position)
{
	struct walk value = *walk;

	if (!text_enter(&value, "v", TYPE_INT, 0) && !text_enter(&value, "v", TYPE_UINT, 0) &&
	    !text_enter(&value, "v", TYPE_INTERFACE, 0))
		return -ENOENT;
	return value_add(maker, &value, position);
}

static int add_atomic_bool(struct shape_maker *maker, const struct walk *walk,
			   struct shape_position position)
{
	struct walk value = *walk;

	if (!text_enter(&value, "v", TYPE_UINT, 4))
		return -ENOENT;
	return maker_set_cells(maker, maker_open(maker, SHAPE_CELL, position),
			       maker_add_part(maker, &value, 0, CELL_BOOL, 4), 0);
}

/*
 * Returns the pointer type *T of an atomic.Pointer[T]. Since Go 1.20, the struct has a field of type [0]*T;
 * before, only its name contains T.
 */
static const struct type *pointer_type(struct types *types, const struct type *atomic)
{
	const struct type *type;
	char name[256];
	int size;

	for (size_t i = 0; i < atomic->field_count; i++) {
		type = atomic->fields[i].type;
		if (type->kind == TYPE_ARRAY && types_complete(types, type, NULL) == 0 &&
		    type->length == 0 && type->element && type->element->kind == TYPE_POINTER)
			return type->element;
	}
	size = snprintf(name, sizeof(name), "*%s", strchr(atomic->name, '[') + 1);
	if (size < 2 || (size_t)size >= sizeof(name))
		return NULL;
	name[size - 1] = '\0'; /* the closing bracket */
	return types_named(types, name, &type, NULL) == 0 && type->kind == TYPE_POINTER ? type :
											  NULL;
}

static int add_atomic_pointer(struct shape_maker *maker, const struct walk *walk,
			      struct shape_position position)
{
	const struct type *type = pointer_type(walk->scope->types, walk->type);
	struct walk value = *walk;

	if (!type || !text_enter(&value, "v", TYPE_POINTER, SHAPE_WORD))
		return -ENOENT;
	value.type = type;
	return value_add(maker, &value, position);
}

/* sql.NullString{String string, Valid bool} and similar types: null unless Valid. */
static int add_nullable(struct shape_maker *maker, const struct walk *walk,
			struct shape_position position)
{
	struct walk valid = *walk, value = *walk;
	int node, r;

	if (walk->type->field_count != 2 || !text_enter(&valid, "Valid", TYPE_BOOL, 1) ||
	    strcmp(walk->type->fields[0].name, "Valid") == 0)
		return -ENOENT;
	node = maker_open(maker, SHAPE_OPTIONAL, position);
	r = maker_set_cells(maker, node, maker_add_part(maker, &valid, 0, CELL_BOOL, 1), 0);
	if (r == 0)
		r = walk_to_field(&value, &walk->type->fields[0], maker->err);
	position.name = "";
	if (r == 0)
		r = value_add(maker, &value, position);
	return text_close(maker, node, r);
}

/* ---- the known types ---- */

static const struct known_type {
	const char *name; /* the whole name, or the name up to the bracket of its type arguments */
	int (*add)(struct shape_maker *maker, const struct walk *walk,
		   struct shape_position position);
} known_types[] = {
	{ "net.IP", add_ip },
	{ "net.IPMask", add_ip_mask },
	{ "net.HardwareAddr", add_hardware_address },
	{ "net/netip.Addr", netip_add_address },
	{ "net/netip.AddrPort", netip_add_port },
	{ "net/netip.Prefix", netip_add_prefix },
	{ "math/big.Int", add_integer },
	{ "net/url.URL", url_add },
	{ "time.Time", add_time },
	{ "sync/atomic.Int32", add_atomic },
	{ "sync/atomic.Int64", add_atomic },
	{ "sync/atomic.Uint32", add_atomic },
	{ "sync/atomic.Uint64", add_atomic },
	{ "sync/atomic.Uintptr", add_atomic },
	{ "sync/atomic.Value", add_atomic },
	{ "sync/atomic.Bool", add_atomic_bool },
	{ "sync/atomic.Pointer[", add_atomic_pointer },
	{ "database/sql.Null[", add_nullable },
	{ "database/sql.NullBool", add_nullable },
	{ "database/sql.NullByte", add_nullable },
	{ "database/sql.NullFloat64", add_nullable },
	{ "database/sql.NullInt16", add_nullable },
	{ "database/sql.NullInt32", add_nullable },
	{ "database/sql.NullInt64", add_nullable },
	{ "database/sql.NullString", add_nullable },
	{ "database/sql.NullTime", add_nullable },
};

static const struct known_type *find_known(const struct type *type)
{
	for (size_t i = 0; i < sizeof(known_types) / sizeof(known_types[0]); i++) {
		size_t length = strlen(known_types[i].name);

		if (strncmp(known_types[i].name, type->name, length) == 0 &&
		    (!type->name[length] || known_types[i].name[length - 1] == '['))
			return &known_types[i];
	}
	return NULL;
}

int text_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position)
{
	struct maker_mark before = maker_mark(maker);
	const struct known_type *known;
	int r;

	if (is_uuid(walk->type))
		return add_uuid(maker, walk, position);
	known = find_known(walk->type);
	if (!known)
		return -ENOENT;
	r = known->add(maker, walk, position);
	if (r == -E2BIG || r == -ENOMEM || r == 0)
		return r;
	/* The layout is not the expected one. */
	maker_rewind(maker, before);
	return -ENOENT;
}
