/* SPDX-License-Identifier: MIT */
/* Finds the place of a walk's current value: each part is in memory or in registers. */
#include "walk_parts.h"

#include <errno.h>

static bool is_in_registers(const struct walk *walk)
{
	return walk->place.source == PLAN_REGISTERS;
}

static const struct piece *find_piece(const struct walk *walk, uint64_t offset)
{
	for (size_t i = 0; i < walk->location.piece_count; i++) {
		if (walk->location.pieces[i].value_offset == walk->offset + offset)
			return &walk->location.pieces[i];
	}
	return NULL;
}

static int put_on_register(const struct walk *walk, uint8_t index, struct plan_place *ret_place)
{
	*ret_place = walk->place;
	ret_place->words[0] = index;
	ret_place->word_count = 1;
	return 0;
}

/* A probe cannot read float registers, but at a spill site their contents are elsewhere. */
static int find_float(const struct walk *walk, const struct piece *piece,
		      struct plan_place *ret_place, struct error *err)
{
	const struct spill_site *spill = walk->scope->spill;
	const struct held *held =
		spill && piece->index < SPILL_SITE_MAX_FLOATS ? &spill->floats[piece->index] : NULL;
	int r;

	if (!held || held->size < piece->size)
		return walk_fail_type(
			walk, err, -ENOTSUP,
			"this %s is in a floating-point register, which a uprobe cannot read");
	if (held->holder == HOLDER_INTEGER)
		return put_on_register(walk, held->index, ret_place);
	r = plan_follow(walk->builder, walk_stack_pointer(walk), err);
	*ret_place = (struct plan_place){ .source = (int16_t)r,
					  .gate = walk->place.gate,
					  .displacement = held->offset };
	return r < 0 ? r : 0;
}

int walk_word(const struct walk *walk, uint64_t offset, struct plan_place *ret_place,
	      struct error *err)
{
	struct plan_place place = walk->place;
	const struct piece *piece;

	if (!is_in_registers(walk)) {
		place.displacement += (int32_t)offset;
		*ret_place = place;
		return 0;
	}
	piece = find_piece(walk, offset);
	if (!piece)
		return walk_fail_type(walk, err, -ENOTSUP, "a %s has no such part");
	if (piece->place == PLACE_INTEGER)
		return put_on_register(walk, piece->index, ret_place);
	return find_float(walk, piece, ret_place, err);
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

	if (count == 1)
		return walk_word(walk, 0, ret_place, err);
	for (size_t i = 0; is_in_registers(walk) && i < count; i++) {
		int r = walk_word(walk, i * WALK_WORD, &word, err);

		if (r < 0)
			return r;
		place.words[i] = word.words[0];
		place.word_count = i + 1;
	}
	*ret_place = place;
	return 0;
}

void walk_enter(struct walk *walk, int source, const struct type *type)
{
	walk->place = (struct plan_place){ .source = source, .gate = PLAN_NO_GATE };
	walk->type = type;
}

int walk_advance(struct walk *walk, uint64_t offset, const struct type *type, struct error *err)
{
	if (offset > WALK_MAX_DISPLACEMENT ||
	    walk->place.displacement + offset > WALK_MAX_DISPLACEMENT)
		return walk_fail_type(walk, err, -E2BIG, "the offset is too large (type %s)");
	walk->sources |= type_source_bit(walk->type->source);
	if (is_in_registers(walk))
		walk->offset += offset;
	else
		walk->place.displacement += (int32_t)offset;
	walk->type = type;
	return 0;
}

int walk_to_variable(const struct walk *walk, const char *name, struct plan_place *ret_place,
		     struct error *err)
{
	const struct scope *scope = walk->scope;
	struct plan_place here = {
		.source = PLAN_REGISTERS,
		.gate = PLAN_NO_GATE,
		.words = { scope->convention->instruction_pointer },
		.word_count = 1,
	};
	uint64_t address;
	int64_t distance;
	int source;

	if (scope->site->kind == SITE_RETURN || !types_variable(scope->types, name, &address))
		return error_fail(err, -ENODATA, "the location of %s is not known here", name);
	distance = (int64_t)(address - scope->site->address);
	if (distance < INT32_MIN || distance > INT32_MAX - WALK_WORD)
		return error_fail(err, -ENODATA, "%s is too far from the code", name);
	source = plan_follow(walk->builder, here, err);
	if (source < 0)
		return source;
	*ret_place = (struct plan_place){ .source = source,
					  .gate = PLAN_NO_GATE,
					  .displacement = (int32_t)distance };
	return 0;
}
