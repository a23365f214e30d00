/* SPDX-License-Identifier: MIT */
#include "access.h"

#include <errno.h>
#include <stdio.h>
#include <linux/types.h>
#include <string.h>

#include "contract.h"

/* The two words of an interface value, by the names the runtime gives them. */
static const struct type word_type = {.kind = TYPE_POINTER, .name = "unsafe.Pointer", .size = 8,
				      .complete = true};
static const struct field interface_fields[] = {
	{.name = "tab", .type = &word_type, .offset = 0},
	{.name = "data", .type = &word_type, .offset = 8},
};

/*
 * A value on the way: either still in the registers or stack words of a parameter (`location`, of which
 * the part that begins at `offset` is meant), or in memory (`access` leads to it).
 */
struct walk {
	const struct scope *scope;
	const struct expression *expression;
	struct location location;
	uint64_t offset;
	bool in_memory;
	struct access access;
};

static int find_parameter(const struct scope *scope, const struct expression *expression,
			  size_t *ret_index, struct error *err)
{
	const struct signature *signature = scope->signature;
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < signature->parameter_count; i++) {
		const char *name = signature->parameters[i].name;

		if (strcmp(name, expression->steps[0].name) == 0) {
			*ret_index = i;
			return 0;
		}
		if (used < sizeof(names))
			used += snprintf(names + used, sizeof(names) - used, "%s%s",
					 i ? ", " : "", name);
	}
	return expression_fail(err, -ENOENT, expression, 0, "no parameter \"%s\": there are %s",
			       expression->steps[0].name, names[0] ? names : "none");
}

/* A word of the work area, and how far to go from it to the value. */
static void enter_memory(struct walk *walk, uint8_t word, int32_t displacement)
{
	walk->in_memory = true;
	walk->access.words[0] = word;
	walk->access.word_count = 1;
	walk->access.hops[0] = displacement;
	walk->access.hop_count = 1;
}

static int enter_parameter(struct walk *walk, size_t index, struct error *err)
{
	const struct scope *scope = walk->scope;
	const struct piece *piece = walk->location.pieces;
	int r;

	r = convention_locate(scope->convention, scope->types, scope->signature, index,
			      &walk->location, err);
	if (r < 0)
		return r;
	walk->access.type = scope->signature->parameters[index].type;
	if (walk->location.piece_count == 1 && piece->place == PLACE_STACK) {
		enter_memory(walk, scope->convention->stack_pointer, piece->stack_offset);
	}
	return 0;
}

/* `g` is no parameter but the goroutine that runs: in a register, or in thread-local storage. */
static int enter_goroutine(struct walk *walk, struct error *err)
{
	const struct site *site = walk->scope->site;
	int r = types_named(walk->scope->types, "runtime.g", &walk->access.type, err);

	if (r < 0)
		return r;
	if (site->goroutine_register != CONVENTION_NO_REGISTER) {
		enter_memory(walk, site->goroutine_register, 0);
		return 0;
	}
	if (site->goroutine_offset == 0)
		return expression_fail(err, -ENOTSUP, walk->expression, 0,
				       "where the goroutine is cannot be told at this probe site");
	enter_memory(walk, PLAN_THREAD_POINTER, site->goroutine_offset);
	walk->access.hops[walk->access.hop_count++] = 0;
	return 0;
}

static int enter(struct walk *walk, struct error *err)
{
	size_t index;

	if (find_parameter(walk->scope, walk->expression, &index, NULL) == 0)
		return enter_parameter(walk, index, err);
	if (strcmp(walk->expression->steps[0].name, "g") == 0)
		return enter_goroutine(walk, err);
	return find_parameter(walk->scope, walk->expression, &index, err);
}

/* The pt_regs indices of the words of the value in registers that begins at walk->offset. */
static int take_words(struct walk *walk, size_t step, struct error *err)
{
	uint64_t end = walk->offset + walk->access.type->size;
	struct access *access = &walk->access;

	access->word_count = 0;
	for (size_t i = 0; i < walk->location.piece_count; i++) {
		const struct piece *piece = &walk->location.pieces[i];

		if (piece->value_offset < walk->offset || piece->value_offset >= end)
			continue;
		if (piece->place != PLACE_INTEGER)
			return expression_fail(err, -ENOTSUP, walk->expression,
					       walk->expression->steps[step].at,
					       "\"%s\" is in a floating-point register, which a uprobe cannot read",
					       walk->expression->steps[step].name);
		if (access->word_count == 2)
			return expression_fail(err, -ENOTSUP, walk->expression,
					       walk->expression->steps[step].at,
					       "a %s in registers cannot be captured as a whole",
					       access->type->name);
		access->words[access->word_count++] = piece->index;
	}
	return 0;
}

static int follow_pointer(struct walk *walk, size_t step, struct error *err)
{
	const struct type *type = walk->access.type;
	int r;

	r = types_complete(walk->scope->types, type, err);
	if (r < 0)
		return r;
	if (!type->element)
		return expression_fail(err, -ENOTSUP, walk->expression,
				       walk->expression->steps[step].at,
				       "a %s cannot be followed", type->name);
	if (!walk->in_memory) {
		r = take_words(walk, step, err);
		if (r < 0)
			return r;
		walk->in_memory = true;
	}
	if (walk->access.hop_count == ACCESS_MAX_HOPS)
		return expression_fail(err, -E2BIG, walk->expression,
				       walk->expression->steps[step].at,
				       "more than %d pointers to follow", ACCESS_MAX_HOPS);
	walk->access.hops[walk->access.hop_count++] = 0;
	walk->access.type = type->element;
	return 0;
}

static void list_fields(const struct field *fields, size_t count, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && used + 80 < size; i++)
		used += snprintf(text + used, size - used, "%s%.64s", i ? ", " : "",
				 fields[i].name);
}

static int find_field(struct walk *walk, size_t step, const struct field **ret_field,
		      struct error *err)
{
	const struct expression_step *wanted = &walk->expression->steps[step];
	const struct type *type = walk->access.type;
	const struct field *fields = type->fields;
	size_t count = type->field_count;
	char names[320];

	if (type->kind == TYPE_INTERFACE) {
		fields = interface_fields;
		count = sizeof(interface_fields) / sizeof(interface_fields[0]);
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(fields[i].name, wanted->name) == 0) {
			*ret_field = &fields[i];
			return 0;
		}
	}
	if (walk->scope->types &&
	    types_field_is_uncertain(walk->scope->types, type, wanted->name))
		return expression_fail(err, -ENODATA, walk->expression, wanted->at,
				       "where field \"%s\" lies in this release's %s is not known",
				       wanted->name, type->name);
	if (count == 0)
		return expression_fail(err, -ENOENT, walk->expression, wanted->at,
				       "a %s has no fields", type->name);
	list_fields(fields, count, names, sizeof(names));
	return expression_fail(err, -ENOENT, walk->expression, wanted->at,
			       "a %s has no field \"%s\": it has %s", type->name, wanted->name, names);
}

static int enter_field(struct walk *walk, size_t step, struct error *err)
{
	const struct field *field = NULL;
	int r;

	while (walk->access.type->kind == TYPE_POINTER) {
		r = follow_pointer(walk, step - 1, err);
		if (r < 0)
			return r;
	}
	r = types_complete(walk->scope->types, walk->access.type, err);
	if (r < 0)
		return r;
	r = find_field(walk, step, &field, err);
	if (r < 0)
		return r;
	if (field->offset > INT16_MAX)
		return expression_fail(err, -E2BIG, walk->expression, walk->expression->steps[step].at,
				       "the field lies %llu bytes into its struct",
				       (unsigned long long)field->offset);
	if (walk->in_memory)
		walk->access.hops[walk->access.hop_count - 1] += field->offset;
	else
		walk->offset += field->offset;
	walk->access.type = field->type;
	return 0;
}

int access_resolve(const struct scope *scope, const struct expression *expression,
		   struct access *ret_access, struct error *err)
{
	struct walk walk = {.scope = scope, .expression = expression};
	int r;

	r = enter(&walk, err);
	for (size_t step = 1; r == 0 && step < expression->step_count; step++)
		r = enter_field(&walk, step, err);
	if (r == 0 && !walk.in_memory)
		r = take_words(&walk, expression->step_count - 1, err);
	if (r < 0)
		return r;
	*ret_access = walk.access;
	return 0;
}
