/* SPDX-License-Identifier: MIT */
/* Walk steps in brackets, and to the values in interfaces. */
#include "walk_parts.h"

#include <errno.h>
#include <string.h>

#include "interface.h"

static const struct type byte_type = { .kind = TYPE_UINT,
				       .name = "uint8",
				       .size = 1,
				       .complete = true };

/* ---- elements ---- */

/* Moves to an element of the array that begins at the current place. */
static int advance_to_element(struct walk *walk, uint64_t index, const struct type *element,
			      struct error *err)
{
	uint64_t offset;

	if (__builtin_mul_overflow(index, element->size, &offset))
		offset = UINT64_MAX;
	return walk_advance(walk, offset, element, err);
}

/* Has the plan read what is behind the pointer only if the length is greater than `index`. */
static int require_index(struct walk *walk, uint64_t index, struct plan_place *pointer,
			 struct error *err)
{
	struct plan_place length = { 0 };
	int r = walk_word(walk, WALK_WORD, &length, err);

	if (r == 0)
		r = plan_require(walk->builder, length, PLAN_ABOVE, WALK_WORD, (uint32_t)index,
				 err);
	if (r < 0)
		return r;
	pointer->gate = r;
	return 0;
}

/* Moves to element `index` of a slice or string. */
static int to_counted_element(struct walk *walk, uint64_t index, const struct type *element,
			      struct error *err)
{
	struct plan_place pointer = { 0 };
	int r = walk_word(walk, 0, &pointer, err);

	if (r == 0 && !walk->scope->unchecked_elements)
		r = require_index(walk, index, &pointer, err);
	if (r == 0)
		r = walk_follow_word(walk, pointer, element, err);
	return r < 0 ? r : advance_to_element(walk, index, element, err);
}

int walk_to_element(struct walk *walk, uint64_t index, struct error *err)
{
	const struct type *type = walk->type;
	int r = types_complete(walk->scope->types, type, err);

	if (r < 0)
		return r;
	if (index > WALK_MAX_DISPLACEMENT)
		return walk_fail(walk, err, -E2BIG, "the index is too large");
	if (type->kind == TYPE_STRING)
		return to_counted_element(walk, index, &byte_type, err);
	if (!type->element || (type->kind != TYPE_SLICE && type->kind != TYPE_ARRAY))
		return walk_fail_type(walk, err, -EINVAL, "a %s cannot be indexed by a number");
	if (type->kind == TYPE_SLICE)
		return to_counted_element(walk, index, type->element, err);
	if (index >= type->length)
		return walk_fail_type(walk, err, -EINVAL, "the index is out of range for a %s");
	return advance_to_element(walk, index, type->element, err);
}

/*
 * Moves to the key or the element of a map entry. If the map contains a pointer to it, follows the pointer.
 */
static int walk_enter_entry(const struct walk *map, int entry, int word, bool is_pointer,
			    const struct type *type, struct walk *ret_walk, struct error *err)
{
	struct walk walk = *map;
	struct plan_place place = { .source = entry, .gate = PLAN_NO_GATE, .displacement = word };
	int r = walk_follow_word(&walk, place, type, err);

	if (r == 0 && is_pointer)
		r = walk_follow_word(&walk, walk.place, type, err);
	walk.sources |= type_source_bit(map->type->source);
	if (r == 0)
		*ret_walk = walk;
	return r;
}

static int find_entry(const struct walk *walk, const struct map_layout *layout, uint32_t pass_over,
		      struct error *err)
{
	struct plan_place map = { 0 };
	int r = walk_word(walk, 0, &map, err);

	return r < 0 ? r : plan_find_entry(walk->builder, map, &layout->search, pass_over, err);
}

int walk_to_entry(const struct walk *walk, uint64_t index, struct walk *ret_key,
		  struct walk *ret_element, struct error *err)
{
	struct map_layout layout;
	int r = map_layout_of(walk->scope->types, walk->scope->version, walk->type, &layout, err);
	int entry;

	if (r < 0)
		return r;
	entry = find_entry(walk, &layout, (uint32_t)index, err);
	if (entry < 0)
		return entry;
	r = walk_enter_entry(walk, entry, PLAN_ENTRY_KEY, layout.key_is_pointer, walk->type->key,
			     ret_key, err);
	if (r == 0)
		r = walk_enter_entry(walk, entry, PLAN_ENTRY_ELEMENT, layout.element_is_pointer,
				     walk->type->element, ret_element, err);
	return r;
}

/* Returns whether the number in brackets is in the range of the key's type. */
static bool fits(const struct expression_step *step, const struct type *key)
{
	unsigned int bits = 8 * key->size;

	if (key->kind == TYPE_UINT)
		return !step->negative && (bits == 64 || step->index >> bits == 0);
	if (step->negative)
		return (int64_t)step->index >= INT64_MIN >> (64 - bits);
	return step->index >> (bits - 1) == 0;
}

static int want_key(const struct walk *walk, const struct expression_step *step,
		    struct plan_search *search, struct error *err)
{
	const struct type *key = walk->type->key;
	bool is_integer = key->kind == TYPE_INT || key->kind == TYPE_UINT;

	if (step->kind == STEP_KEY && key->kind == TYPE_STRING) {
		search->match = SEARCH_STRING;
		search->key_size = step->key_size;
		memcpy(search->wanted, step->key, step->key_size);
		return 0;
	}
	if (step->kind != STEP_INDEX || !is_integer || key->size > 8)
		return walk_fail_type(walk, err, -EINVAL,
				      step->kind == STEP_KEY ? "the keys of a %s are not strings" :
							       "the keys of a %s are not integers");
	if (!fits(step, key))
		return walk_fail_type(walk, err, -EINVAL,
				      "the number is out of range for the keys of a %s");
	search->match = SEARCH_INTEGER;
	search->key_size = key->size;
	/*
	 * This machine and the traced process are little-endian. Bytes beyond the key's size are not
	 * compared.
	 */
	memcpy(search->wanted, &step->index, key->size);
	return 0;
}

static int take_key(struct walk *walk, const struct expression_step *step, struct error *err)
{
	struct map_layout layout;
	int r = map_layout_of(walk->scope->types, walk->scope->version, walk->type, &layout, err);
	int entry;

	if (r == 0)
		r = want_key(walk, step, &layout.search, err);
	if (r < 0)
		return r;
	entry = find_entry(walk, &layout, 0, err);
	if (entry < 0)
		return entry;
	return walk_enter_entry(walk, entry, PLAN_ENTRY_ELEMENT, layout.element_is_pointer,
				walk->type->element, walk, err);
}

int walk_take_brackets(struct walk *walk, const struct expression_step *step, struct error *err)
{
	int r = walk_follow_pointers(walk, err);

	if (r < 0)
		return r;
	if (walk->type->kind == TYPE_MAP)
		return take_key(walk, step, err);
	if (step->kind == STEP_KEY)
		return walk_fail_type(walk, err, -EINVAL, "a %s is not a map");
	if (step->negative)
		return walk_fail(walk, err, -EINVAL, "an index cannot be negative");
	return walk_to_element(walk, step->index, err);
}

/* ---- interfaces ---- */

int walk_type_hash(const struct walk *walk, struct plan_place *ret_place, struct error *err)
{
	struct walk type = *walk;
	struct plan_place pointer = { 0 };
	bool has_table = false;
	int r = interface_has_table(walk->scope->types, walk->type, &has_table, err);

	if (r == 0)
		r = walk_word(walk, 0, &pointer, err);
	if (r == 0)
		r = walk_follow_word(&type, pointer, walk->type, err);
	if (r == 0 && has_table) {
		type.place.displacement = INTERFACE_TABLE_TYPE;
		r = walk_follow_word(&type, type.place, walk->type, err);
	}
	if (r < 0)
		return r;
	type.place.displacement = INTERFACE_TYPE_HASH;
	*ret_place = type.place;
	return 0;
}

int walk_to_held(struct walk *walk, const struct type *held, struct error *err)
{
	struct plan_place hash = { 0 };
	struct runtime_type wanted = { 0 };
	int r = types_runtime(walk->scope->types, held, &wanted, err);

	if (r == 0)
		r = walk_type_hash(walk, &hash, err);
	if (r < 0)
		return r;
	r = plan_require(walk->builder, hash, PLAN_EQUAL, sizeof(wanted.hash), wanted.hash, err);
	if (r < 0)
		return r;
	walk->place.gate = r;
	r = walk_advance(walk, WALK_WORD, held, err);
	if (r < 0 || wanted.is_direct)
		return r;
	r = walk_word(walk, 0, &hash, err);
	return r < 0 ? r : walk_follow_word(walk, hash, held, err);
}

static int find_named(const struct walk *walk, const char *name, const struct type **ret_type,
		      struct error *err)
{
	int r = types_named(walk->scope->types, name, ret_type, NULL);

	return r < 0 ? walk_fail(walk, err, r == -ENODATA ? -ENOENT : r,
				 "the binary has no such type; write the full import path") :
		       0;
}

/* unsafe.Pointer is the only pointer type without an element. */
static bool is_unsafe_pointer(const struct type *type)
{
	return type->kind == TYPE_POINTER && !type->element && !type->is_any_pointer;
}

static int convert_pointer(struct walk *walk, const struct type *type, struct error *err)
{
	if (type->kind != TYPE_POINTER)
		return walk_fail(walk, err, -EINVAL,
				 "an unsafe.Pointer can only be converted to a pointer type");
	walk->type = type;
	return 0;
}

int walk_take_type(struct walk *walk, const char *name, struct error *err)
{
	const struct type *named = NULL;
	bool converts = is_unsafe_pointer(walk->type);
	int r = converts ? 0 : walk_follow_pointers(walk, err);

	if (r < 0)
		return r;
	if (!converts && walk->type->kind != TYPE_INTERFACE)
		return walk_fail_type(walk, err, -EINVAL, "a %s is not an interface");
	r = find_named(walk, name, &named, err);
	if (r < 0)
		return r;
	return converts ? convert_pointer(walk, named, err) : walk_to_held(walk, named, err);
}
