/* SPDX-License-Identifier: MIT */
/* The begin of walks: parameters, results, the goroutine, the stack pointer. */
#include "walk_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "interface_words.h"

struct plan_place walk_stack_pointer(const struct walk *walk)
{
	return (struct plan_place){ .source = PLAN_REGISTERS,
				    .gate = PLAN_NO_GATE,
				    .words = { walk->scope->convention->stack_pointer },
				    .word_count = 1 };
}

const struct scope_root *scope_roots_find(const struct scope_roots *roots, const char *name)
{
	for (size_t i = 0; i < roots->count; i++) {
		if (strcmp(roots->items[i].name, name) == 0)
			return &roots->items[i];
	}
	return NULL;
}

/* A variable of another function that a closure uses by reference is a parameter whose name begins with "&". */
static bool parameter_has_name(const struct parameter *parameter, const char *wanted)
{
	return strcmp(parameter->name + (parameter->name[0] == '&'), wanted) == 0;
}

static int find_parameter(const struct walk *walk, const char *wanted, size_t *ret_index,
			  struct error *err)
{
	const struct signature *signature = walk->scope->signature;
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < signature->parameter_count; i++) {
		const char *name = signature->parameters[i].name;

		if (parameter_has_name(&signature->parameters[i], wanted)) {
			*ret_index = i;
			return 0;
		}
		if (used < sizeof(names))
			used += snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
					 name);
	}
	return expression_fail(err, -ENOENT, walk->expression, walk->expression->steps[0].at,
			       "no parameter \"%s\": the parameters are %s", wanted,
			       names[0] ? names : "none");
}

/* Moves to the value at the walk's location. */
static int enter_location(struct walk *walk, const struct type *type, struct error *err)
{
	uint64_t offset = walk->location.pieces[0].stack_offset + walk->scope->site->stack_drop;
	int r;

	walk->type = type;
	if (walk->location.piece_count != 1 || walk->location.pieces[0].place != PLACE_STACK)
		return 0;
	if (offset > WALK_MAX_DISPLACEMENT)
		return walk_fail(walk, err, -E2BIG, "the argument is too far up the stack");
	r = plan_follow(walk->builder, walk_stack_pointer(walk), err);
	if (r < 0)
		return r;
	walk_enter(walk, r, walk->type);
	walk->place.displacement = (int32_t)offset;
	return 0;
}

static bool is_on_stack(const struct location *location)
{
	return location->piece_count && location->pieces[0].place == PLACE_STACK;
}

static int enter_parameter(struct walk *walk, size_t index, struct error *err)
{
	const struct scope *scope = walk->scope;
	const struct location *location = &walk->location;
	int r = convention_locate(scope->convention, scope->types, scope->signature, index,
				  &walk->location, err);

	if (r < 0)
		return r;
	walk->parameter = &scope->signature->parameters[index];
	walk->type = walk->parameter->type;
	/*
	 * On a call, and after it, the parameters and results of the called function are found like parameters,
	 * except those on the stack: SP is not that of the called function.
	 */
	if (scope->site->kind == SITE_CALL && is_on_stack(location))
		return walk_fail_type(
			walk, err, -ENOTSUP,
			"a %s that is passed on the stack cannot be read at the call");
	if (scope->site->kind == SITE_AFTER_CALL && is_on_stack(location))
		return walk_fail_type(
			walk, err, -ENOTSUP,
			"a %s that is returned on the stack cannot be read after the call");
	return enter_location(walk, walk->type, err);
}

int walk_to_dictionary(const struct walk *walk, struct plan_place *ret_dictionary,
		       struct plan_place *ret_hash, struct error *err)
{
	struct walk at = *walk;
	size_t index = 0;
	int r;

	at.place = (struct plan_place){ .source = PLAN_REGISTERS, .gate = PLAN_NO_GATE };
	at.offset = 0;
	r = find_parameter(&at, ".dict", &index, err);
	if (r == 0)
		r = enter_parameter(&at, index, err);
	if (r == 0)
		r = walk_word(&at, 0, ret_dictionary, err);
	if (r == 0)
		r = walk_follow_word(&at, *ret_dictionary, at.type, err);
	if (r < 0)
		return r;
	at.place.displacement = (walk->parameter->dictionary_word - 1) * WALK_WORD;
	r = walk_follow_word(&at, at.place, at.type, err);
	if (r < 0)
		return r;
	at.place.displacement = INTERFACE_TYPE_HASH;
	*ret_hash = at.place;
	return 0;
}

/*
 * Finds a result by name: `ret` is the only result, `ret0` the first of several; results also have the names
 * from the source code.
 */
static bool find_result(const struct walk *walk, const char *wanted, size_t *ret_index)
{
	const struct signature *signature = walk->scope->signature;

	for (size_t i = 0; i < signature->result_count; i++) {
		char number[32];

		snprintf(number, sizeof(number), "ret%zu", i);
		if (strcmp(wanted, number) == 0 ||
		    strcmp(wanted, signature->results[i].name) == 0 ||
		    (strcmp(wanted, "ret") == 0 && signature->result_count == 1)) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static int enter_result(struct walk *walk, const char *wanted, struct error *err)
{
	const struct scope *scope = walk->scope;
	size_t index;
	int r;

	if (!find_result(walk, wanted, &index))
		return expression_fail(err, -ENOENT, walk->expression,
				       walk->expression->steps[0].at,
				       "no result \"%s\": the function has %zu", wanted,
				       scope->signature->result_count);
	r = convention_locate_result(scope->convention, scope->types, scope->signature, index,
				     &walk->location, err);
	walk->parameter = &scope->signature->results[index];
	return r < 0 ? r : enter_location(walk, scope->signature->results[index].type, err);
}

/* Moves to `@sp`, the stack pointer. */
static int enter_stack_pointer(struct walk *walk)
{
	static const struct type address = {
		.kind = TYPE_UINT, .name = "uintptr", .size = WALK_WORD, .complete = true
	};

	walk->type = &address;
	walk->location.piece_count = 1;
	walk->location.pieces[0] = (struct piece){ .place = PLACE_INTEGER,
						   .index = walk->scope->convention->stack_pointer,
						   .size = WALK_WORD };
	return 0;
}

/* Moves to `@g`, the running goroutine: its pointer is in a register, or in thread-local storage. */
static int enter_goroutine(struct walk *walk, struct error *err)
{
	const struct site *site = walk->scope->site;
	struct plan_place place = { .source = PLAN_REGISTERS,
				    .gate = PLAN_NO_GATE,
				    .word_count = 1 };
	int r = types_named(walk->scope->types, "runtime.g", &walk->type, err);

	if (r < 0)
		return r;
	place.words[0] = site->goroutine_register;
	if (site->goroutine_register == CONVENTION_NO_REGISTER) {
		if (site->goroutine_offset == 0)
			return walk_fail(walk, err, -ENOTSUP,
					 "the goroutine is not known at this probe site");
		place.words[0] = PLAN_THREAD_POINTER;
		r = plan_follow(walk->builder, place, err);
		if (r < 0)
			return r;
		place = (struct plan_place){ .source = r,
					     .gate = PLAN_NO_GATE,
					     .displacement = site->goroutine_offset };
	}
	r = plan_follow(walk->builder, place, err);
	if (r < 0)
		return r;
	walk_enter(walk, r, walk->type);
	return 0;
}

static int enter_name(struct walk *walk, const char *name, struct error *err)
{
	const struct site *site = walk->scope->site;
	size_t index;

	if (site->kind != SITE_RETURN && find_parameter(walk, name, &index, NULL) == 0)
		return enter_parameter(walk, index, err);
	if (strcmp(name, "@g") == 0)
		return enter_goroutine(walk, err);
	if (strcmp(name, "@sp") == 0)
		return enter_stack_pointer(walk);
	if (site->kind == SITE_RETURN || (site->returns_at_once && find_result(walk, name, &index)))
		return enter_result(walk, name, err);
	return find_parameter(walk, name, &index, err);
}

int walk_begin(struct walk *walk, const struct scope *scope, const struct expression *expression,
	       struct plan_builder *builder, struct error *err)
{
	const char *name = expression->steps[0].name;
	const struct scope_root *root = scope_roots_find(&scope->roots, name);
	int r;

	*walk = (struct walk){
		.scope = scope,
		.expression = expression,
		.builder = builder,
		.place = { .source = PLAN_REGISTERS, .gate = PLAN_NO_GATE },
	};
	r = enter_name(walk, root ? root->path[0] : name, err);
	for (size_t i = 1; root && r == 0 && root->path[i]; i++)
		r = walk_take_name(walk, root->path[i], err);
	return r;
}
