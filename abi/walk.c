/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "interface.h"

enum {
	WORD = 8,
	MAX_DISPLACEMENT = 1 << 28, /* of a value within what one pointer leads to */
	MAX_EMBEDDING = 6,	    /* structs within each other through which a field is promoted */
	/* Fields looked at: hostile DWARF can describe structs that embed each other in all of theirs. */
	MAX_LOOKS = 200000,
};

static const struct type byte_type = {.kind = TYPE_UINT, .name = "uint8", .size = 1, .complete = true};

int walk_fail(const struct walk *walk, struct error *err, int code, const char *what)
{
	return expression_fail(err, code, walk->expression,
			       walk->expression->steps[walk->step].at, "%s", what);
}

static int fail_type(const struct walk *walk, struct error *err, int code, const char *format)
{
	char what[512];

	snprintf(what, sizeof(what), format, walk->type->name);
	return walk_fail(walk, err, code, what);
}

static bool in_registers(const struct walk *walk)
{
	return walk->place.source == PLAN_REGISTERS;
}

/* ---- where parts of the value are ---- */

static const struct piece *find_piece(const struct walk *walk, uint64_t offset)
{
	for (size_t i = 0; i < walk->location.piece_count; i++) {
		if (walk->location.pieces[i].value_offset == walk->offset + offset)
			return &walk->location.pieces[i];
	}
	return NULL;
}

int walk_word(const struct walk *walk, uint64_t offset, struct plan_place *ret_place, struct error *err)
{
	struct plan_place place = walk->place;
	const struct piece *piece;

	if (!in_registers(walk)) {
		place.displacement += (int32_t)offset;
		*ret_place = place;
		return 0;
	}
	piece = find_piece(walk, offset);
	if (!piece)
		return fail_type(walk, err, -ENOTSUP, "a %s has no such part");
	if (piece->place != PLACE_INTEGER)
		return fail_type(walk, err, -ENOTSUP,
				 "this %s is in a floating-point register, which a uprobe cannot read");
	place.words[0] = piece->index;
	place.word_count = 1;
	*ret_place = place;
	return 0;
}

static size_t count_words(const struct type *type)
{
	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_INTERFACE:
		return 2;
	case TYPE_SLICE:
		return 3;
	default:
		return 1;
	}
}

int walk_place(const struct walk *walk, struct plan_place *ret_place, struct error *err)
{
	struct plan_place place = walk->place, word;
	size_t count = count_words(walk->type);

	for (size_t i = 0; in_registers(walk) && i < count; i++) {
		int r = walk_word(walk, i * WORD, &word, err);

		if (r < 0)
			return r;
		place.words[i] = word.words[0];
		place.word_count = i + 1;
	}
	*ret_place = place;
	return 0;
}

/* Stands at the begin of what a source gives. */
static void enter(struct walk *walk, int source, const struct type *type)
{
	walk->place = (struct plan_place){.source = source, .gate = PLAN_NO_GATE};
	walk->type = type;
}

static int advance(struct walk *walk, uint64_t offset, const struct type *type, struct error *err)
{
	if (offset > MAX_DISPLACEMENT || walk->place.displacement + offset > MAX_DISPLACEMENT)
		return fail_type(walk, err, -E2BIG, "that lies too far into a %s");
	if (in_registers(walk))
		walk->offset += offset;
	else
		walk->place.displacement += (int32_t)offset;
	walk->type = type;
	return 0;
}

/* ---- the root ---- */

static struct plan_place stack_pointer(const struct walk *walk)
{
	return (struct plan_place){.source = PLAN_REGISTERS, .gate = PLAN_NO_GATE,
				   .words = {walk->scope->convention->stack_pointer}, .word_count = 1};
}

static int find_parameter(const struct walk *walk, size_t *ret_index, struct error *err)
{
	const struct signature *signature = walk->scope->signature;
	const char *wanted = walk->expression->steps[0].name;
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < signature->parameter_count; i++) {
		const char *name = signature->parameters[i].name;

		if (strcmp(name, wanted) == 0) {
			*ret_index = i;
			return 0;
		}
		if (used < sizeof(names))
			used += snprintf(names + used, sizeof(names) - used, "%s%s",
					 i ? ", " : "", name);
	}
	return expression_fail(err, -ENOENT, walk->expression, walk->expression->steps[0].at,
			       "no parameter \"%s\": there are %s", wanted,
			       names[0] ? names : "none");
}

/* Stands at a value whose location is known. */
static int enter_location(struct walk *walk, const struct type *type, struct error *err)
{
	struct plan_place stack = stack_pointer(walk);
	int r;

	walk->type = type;
	if (walk->location.piece_count != 1 || walk->location.pieces[0].place != PLACE_STACK)
		return 0;
	if (walk->location.pieces[0].stack_offset > MAX_DISPLACEMENT)
		return walk_fail(walk, err, -E2BIG, "that lies too far up the stack");
	r = plan_follow(walk->builder, stack, err);
	if (r < 0)
		return r;
	enter(walk, r, walk->type);
	walk->place.displacement = (int32_t)walk->location.pieces[0].stack_offset;
	return 0;
}

static int enter_parameter(struct walk *walk, size_t index, struct error *err)
{
	const struct scope *scope = walk->scope;
	int r = convention_locate(scope->convention, scope->types, scope->signature, index,
				  &walk->location, err);

	return r < 0 ? r : enter_location(walk, scope->signature->parameters[index].type, err);
}

/* `ret` is the only result, `ret0` the first of any; they also have the names the source gives them. */
static bool find_result(const struct walk *walk, size_t *ret_index)
{
	const struct signature *signature = walk->scope->signature;
	const char *wanted = walk->expression->steps[0].name;

	for (size_t i = 0; i < signature->result_count; i++) {
		char number[32];

		snprintf(number, sizeof(number), "ret%zu", i);
		if (strcmp(wanted, number) == 0 || strcmp(wanted, signature->results[i].name) == 0 ||
		    (strcmp(wanted, "ret") == 0 && signature->result_count == 1)) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static int enter_result(struct walk *walk, struct error *err)
{
	const struct scope *scope = walk->scope;
	size_t index;
	int r;

	if (!find_result(walk, &index))
		return expression_fail(err, -ENOENT, walk->expression, walk->expression->steps[0].at,
				       "no result \"%s\": the function has %zu", walk->expression->steps[0].name,
				       scope->signature->result_count);
	r = convention_locate_result(scope->convention, scope->types, scope->signature, index,
				     &walk->location, err);
	return r < 0 ? r : enter_location(walk, scope->signature->results[index].type, err);
}

/* `@sp` is no parameter either, but the stack pointer. */
static int enter_stack_pointer(struct walk *walk)
{
	static const struct type address = {.kind = TYPE_UINT, .name = "uintptr", .size = WORD,
					    .complete = true};

	walk->type = &address;
	walk->location.piece_count = 1;
	walk->location.pieces[0] = (struct piece){
		.place = PLACE_INTEGER, .index = walk->scope->convention->stack_pointer, .size = WORD};
	return 0;
}

/* `@g` is no parameter but the goroutine that runs: in a register, or in thread-local storage. */
static int enter_goroutine(struct walk *walk, struct error *err)
{
	const struct site *site = walk->scope->site;
	struct plan_place place = {.source = PLAN_REGISTERS, .gate = PLAN_NO_GATE, .word_count = 1};
	int r = types_named(walk->scope->types, "runtime.g", &walk->type, err);

	if (r < 0)
		return r;
	place.words[0] = site->goroutine_register;
	if (site->goroutine_register == CONVENTION_NO_REGISTER) {
		if (site->goroutine_offset == 0)
			return walk_fail(walk, err, -ENOTSUP,
					 "where the goroutine is cannot be told at this probe site");
		place.words[0] = PLAN_THREAD_POINTER;
		r = plan_follow(walk->builder, place, err);
		if (r < 0)
			return r;
		place = (struct plan_place){.source = r, .gate = PLAN_NO_GATE,
					    .displacement = site->goroutine_offset};
	}
	r = plan_follow(walk->builder, place, err);
	if (r < 0)
		return r;
	enter(walk, r, walk->type);
	return 0;
}

int walk_begin(struct walk *walk, const struct scope *scope, const struct expression *expression,
	       struct plan_builder *builder, struct error *err)
{
	size_t index;

	*walk = (struct walk){
		.scope = scope,
		.expression = expression,
		.builder = builder,
		.place = {.source = PLAN_REGISTERS, .gate = PLAN_NO_GATE},
	};
	if (scope->site->kind != SITE_RETURN && find_parameter(walk, &index, NULL) == 0)
		return enter_parameter(walk, index, err);
	if (strcmp(expression->steps[0].name, "@g") == 0)
		return enter_goroutine(walk, err);
	if (strcmp(expression->steps[0].name, "@sp") == 0)
		return enter_stack_pointer(walk);
	if (scope->site->kind == SITE_RETURN)
		return enter_result(walk, err);
	return find_parameter(walk, &index, err);
}

/* ---- pointers and fields ---- */

/* What the word at `pointer` leads to. */
static int follow_word(struct walk *walk, struct plan_place pointer, const struct type *type,
		       struct error *err)
{
	int source = plan_follow(walk->builder, pointer, err);

	if (source < 0)
		return source;
	enter(walk, source, type);
	return 0;
}

int walk_follow(struct walk *walk, struct error *err)
{
	struct plan_place pointer;
	int r = types_complete(walk->scope->types, walk->type, err);

	if (r < 0)
		return r;
	if (!walk->type->element)
		return fail_type(walk, err, -ENOTSUP, "a %s cannot be followed");
	r = walk_word(walk, 0, &pointer, err);
	return r < 0 ? r : follow_word(walk, pointer, walk->type->element, err);
}

static int follow_pointers(struct walk *walk, struct error *err)
{
	/* type T *T is Go, and has no end. */
	for (int i = 0; walk->type->kind == TYPE_POINTER; i++) {
		int r = i < EXPRESSION_MAX_STEPS ? walk_follow(walk, err)
						 : walk_fail(walk, err, -E2BIG, "too many pointers to follow");

		if (r < 0)
			return r;
	}
	return types_complete(walk->scope->types, walk->type, err);
}

int walk_to_field(struct walk *walk, const struct field *field, struct error *err)
{
	return advance(walk, field->offset, field->type, err);
}

/* A field and those through which it is promoted, outermost first. */
struct field_path {
	const struct field *fields[MAX_EMBEDDING];
	size_t count;
	uint32_t looks;
};

static const struct type *embedded_struct(struct types *types, const struct field *field)
{
	const struct type *type = field->type;

	if (!field->embedded || types_complete(types, type, NULL) < 0)
		return NULL;
	if (type->kind == TYPE_POINTER)
		type = type->element;
	if (!type || types_complete(types, type, NULL) < 0)
		return NULL;
	return type->kind == TYPE_STRUCT ? type : NULL;
}

/* Looks `depth` embedded structs below `type`. */
static bool find_at_depth(struct types *types, const struct type *type, const char *name, size_t depth,
			  struct field_path *path)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		const struct type *within;

		if (++path->looks > MAX_LOOKS)
			return false;
		path->fields[path->count] = field;
		if (depth == 0 && strcmp(field->name, name) == 0) {
			path->count++;
			return true;
		}
		within = depth ? embedded_struct(types, field) : NULL;
		if (!within)
			continue;
		path->count++;
		if (find_at_depth(types, within, name, depth - 1, path))
			return true;
		path->count--;
	}
	return false;
}

/* As Go has it: the field at the least depth. */
static bool find_path(struct types *types, const struct type *type, const char *name,
		      struct field_path *path)
{
	path->looks = 0;
	for (size_t depth = 0; depth < MAX_EMBEDDING; depth++) {
		path->count = 0;
		if (find_at_depth(types, type, name, depth, path))
			return true;
	}
	return false;
}

bool walk_has_field(const struct walk *walk, const char *name)
{
	struct types *types = walk->scope->types;
	const struct type *type = walk->type;
	struct field_path path;

	if (type->kind == TYPE_POINTER && types_complete(types, type, NULL) == 0 && type->element)
		type = type->element;
	return types_complete(types, type, NULL) == 0 && find_path(types, type, name, &path);
}

static int fail_field(const struct walk *walk, const char *name, struct error *err)
{
	const struct type *type = walk->type;
	char names[320] = "", what[640];
	size_t used = 0;

	for (size_t i = 0; i < type->field_count && used + 80 < sizeof(names); i++)
		used += snprintf(names + used, sizeof(names) - used, "%s%.64s", i ? ", " : "",
				 type->fields[i].name);
	if (types_field_is_uncertain(walk->scope->types, type, name)) {
		snprintf(what, sizeof(what), "where field \"%s\" lies in this release's %s is not known",
			 name, type->name);
		return walk_fail(walk, err, -ENODATA, what);
	}
	if (type->field_count == 0)
		snprintf(what, sizeof(what), "a %.128s has no fields", type->name);
	else
		snprintf(what, sizeof(what), "a %.128s has no field \"%s\": it has %s", type->name, name,
			 names);
	return walk_fail(walk, err, -ENOENT, what);
}

static int take_name(struct walk *walk, const char *name, struct error *err)
{
	const struct field *word;
	struct field_path path;
	int r = follow_pointers(walk, err);

	if (r < 0)
		return r;
	word = walk->type->kind == TYPE_INTERFACE ? interface_word(name) : NULL;
	if (word)
		return walk_to_field(walk, word, err);
	if (!find_path(walk->scope->types, walk->type, name, &path))
		return fail_field(walk, name, err);
	for (size_t i = 0; r == 0 && i < path.count; i++) {
		if (i && walk->type->kind == TYPE_POINTER)
			r = walk_follow(walk, err);
		if (r == 0)
			r = walk_to_field(walk, path.fields[i], err);
	}
	return r;
}

/* ---- elements ---- */

/* To an element of the array that begins where it stands. */
static int advance_to_element(struct walk *walk, uint64_t index, const struct type *element,
			      struct error *err)
{
	uint64_t offset;

	if (__builtin_mul_overflow(index, element->size, &offset))
		offset = UINT64_MAX;
	return advance(walk, offset, element, err);
}

/* An element of what a word points to, if the word after it says that there are so many. */
static int to_counted_element(struct walk *walk, uint64_t index, const struct type *element,
			      struct error *err)
{
	struct plan_place length = {0}, pointer = {0};
	int r = walk_word(walk, WORD, &length, err);

	if (r == 0)
		r = walk_word(walk, 0, &pointer, err);
	if (r < 0)
		return r;
	r = plan_require(walk->builder, length, PLAN_ABOVE, WORD, (uint32_t)index, err);
	if (r < 0)
		return r;
	pointer.gate = r;
	r = follow_word(walk, pointer, element, err);
	return r < 0 ? r : advance_to_element(walk, index, element, err);
}

int walk_to_element(struct walk *walk, uint64_t index, struct error *err)
{
	const struct type *type = walk->type;
	int r = types_complete(walk->scope->types, type, err);

	if (r < 0)
		return r;
	if (index > MAX_DISPLACEMENT)
		return walk_fail(walk, err, -E2BIG, "the index is too large");
	if (type->kind == TYPE_STRING)
		return to_counted_element(walk, index, &byte_type, err);
	if (!type->element || (type->kind != TYPE_SLICE && type->kind != TYPE_ARRAY))
		return fail_type(walk, err, -EINVAL, "a %s has no elements to choose by a number");
	if (type->kind == TYPE_SLICE)
		return to_counted_element(walk, index, type->element, err);
	if (index >= type->length)
		return fail_type(walk, err, -EINVAL, "the index is beyond the end of a %s");
	return advance_to_element(walk, index, type->element, err);
}

/* To one of the words of an entry, and where it points. */
static int enter_entry(const struct walk *map, int entry, int word, bool is_pointer,
		       const struct type *type, struct walk *ret_walk, struct error *err)
{
	struct walk walk = *map;
	struct plan_place place = {.source = entry, .gate = PLAN_NO_GATE, .displacement = word};
	int r = follow_word(&walk, place, type, err);

	if (r == 0 && is_pointer)
		r = follow_word(&walk, walk.place, type, err);
	if (r == 0)
		*ret_walk = walk;
	return r;
}

static int find_entry(const struct walk *walk, const struct map_layout *layout, uint32_t pass_over,
		      struct error *err)
{
	struct plan_place map = {0};
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
	r = enter_entry(walk, entry, PLAN_ENTRY_KEY, layout.key_is_pointer, walk->type->key, ret_key, err);
	if (r == 0)
		r = enter_entry(walk, entry, PLAN_ENTRY_ELEMENT, layout.element_is_pointer,
				walk->type->element, ret_element, err);
	return r;
}

/* Whether an integer can be told from others by so many of its bytes. */
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
		return fail_type(walk, err, -EINVAL, step->kind == STEP_KEY
						? "the keys of a %s are no strings"
						: "the keys of a %s are no integers");
	if (!fits(step, key))
		return fail_type(walk, err, -EINVAL, "no key of a %s can be that number");
	search->match = SEARCH_INTEGER;
	search->key_size = key->size;
	/* Both sides are little-endian; the bytes above are those of no key. */
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
	return enter_entry(walk, entry, PLAN_ENTRY_ELEMENT, layout.element_is_pointer,
			   walk->type->element, walk, err);
}

static int take_brackets(struct walk *walk, const struct expression_step *step, struct error *err)
{
	int r = follow_pointers(walk, err);

	if (r < 0)
		return r;
	if (walk->type->kind == TYPE_MAP)
		return take_key(walk, step, err);
	if (step->kind == STEP_KEY)
		return fail_type(walk, err, -EINVAL, "a %s is no map");
	if (step->negative)
		return walk_fail(walk, err, -EINVAL, "an index is not below 0");
	return walk_to_element(walk, step->index, err);
}

/* ---- interfaces ---- */

int walk_type_hash(const struct walk *walk, struct plan_place *ret_place, struct error *err)
{
	struct walk type = *walk;
	struct plan_place pointer = {0};
	bool has_table = false;
	int r = interface_has_table(walk->scope->types, walk->type, &has_table, err);

	if (r == 0)
		r = walk_word(walk, 0, &pointer, err);
	if (r == 0)
		r = follow_word(&type, pointer, walk->type, err);
	if (r == 0 && has_table) {
		type.place.displacement = INTERFACE_TABLE_TYPE;
		r = follow_word(&type, type.place, walk->type, err);
	}
	if (r < 0)
		return r;
	type.place.displacement = INTERFACE_TYPE_HASH;
	*ret_place = type.place;
	return 0;
}

int walk_to_held(struct walk *walk, const struct type *held, struct error *err)
{
	struct plan_place hash = {0};
	uint32_t wanted = 0;
	int r = types_runtime_hash(walk->scope->types, held, &wanted, err);

	if (r == 0)
		r = walk_type_hash(walk, &hash, err);
	if (r < 0)
		return r;
	r = plan_require(walk->builder, hash, PLAN_EQUAL, sizeof(wanted), wanted, err);
	if (r < 0)
		return r;
	walk->place.gate = r;
	r = advance(walk, WORD, held, err);
	if (r < 0 || interface_holds_directly(walk->scope->types, held))
		return r;
	r = walk_word(walk, 0, &hash, err);
	return r < 0 ? r : follow_word(walk, hash, held, err);
}

static int take_type(struct walk *walk, const char *name, struct error *err)
{
	const struct type *held = NULL;
	int r = follow_pointers(walk, err);

	if (r < 0)
		return r;
	if (walk->type->kind != TYPE_INTERFACE)
		return fail_type(walk, err, -EINVAL, "a %s is no interface");
	r = types_named(walk->scope->types, name, &held, NULL);
	if (r < 0)
		return walk_fail(walk, err, r == -ENODATA ? -ENOENT : r,
				 "the binary describes no such type; write it with its whole import path");
	return walk_to_held(walk, held, err);
}

int walk_take_step(struct walk *walk, struct error *err)
{
	const struct expression_step *step = &walk->expression->steps[++walk->step];

	switch (step->kind) {
	case STEP_NAME:
		return take_name(walk, step->name, err);
	case STEP_TYPE:
		return take_type(walk, step->name, err);
	default:
		return take_brackets(walk, step, err);
	}
}
