/* SPDX-License-Identifier: MIT */
#include "spill_site.h"

#include <errno.h>

enum {
	FUNCTION_MAX_SIZE = 1 << 18,
	MAX_REACH = 1 << 24, /* bytes of stack */
};

/* The state of the parameters after some instructions. */
struct state {
	uint32_t lost_integers, lost_floats;	   /* registers that were overwritten */
	int64_t stack_pointer;			   /* SP minus SP at entry */
	struct held floats[SPILL_SITE_MAX_FLOATS]; /* STACK: from SP at entry */
};

/* ---- jumps into the middle ---- */

/*
 * Returns the lowest address at or after `begin` that a jump leads to: code from there on may run more than
 * once. Returns `begin` if a jump has no known target or the function cannot be decoded.
 */
static uint64_t first_target(struct disassembler *disassembler, struct bytes code, uint64_t entry,
			     uint64_t begin)
{
	struct instruction instruction;
	uint64_t first = UINT64_MAX;

	disassembler_start(disassembler, code, entry);
	while (disassembler_next(disassembler, &instruction)) {
		if (instruction.kind != INSTRUCTION_JUMP &&
		    instruction.kind != INSTRUCTION_CONDITIONAL_JUMP)
			continue;
		if (!instruction.has_target)
			return begin;
		if (instruction.target >= begin && instruction.target < first)
			first = instruction.target;
	}
	return disassembler_is_done(disassembler) ? first : begin;
}

/* ---- effects of instructions ---- */

static bool overlap(const struct held *held, const struct held *stored)
{
	return held->holder == HOLDER_STACK && stored->offset < held->offset + held->size &&
	       held->offset < stored->offset + stored->size;
}

/* Returns whether a store overwrites parameters on the stack, which could then no longer be read. */
static bool hits_arguments(const struct held *stored, const struct argument_use *use)
{
	return stored->holder == HOLDER_STACK && stored->offset + stored->size > 0 &&
	       stored->offset < (int64_t)use->stack_end;
}

static void forget_overwritten(struct state *state, const struct instruction_effects *effects)
{
	for (size_t i = 0; i < SPILL_SITE_MAX_FLOATS; i++) {
		struct held *held = &state->floats[i];

		if ((effects->stored.holder && overlap(held, &effects->stored)) ||
		    (held->holder == HOLDER_INTEGER && effects->integers >> held->index & 1))
			*held = (struct held){ 0 };
	}
}

/* Offsets beyond this limit cannot be in the function's frame or its parameters. */
static bool is_near(int64_t offset)
{
	return offset > -MAX_REACH && offset < MAX_REACH;
}

/* Makes a stack offset relative to SP at entry. Returns false if the offset is too large. */
static bool rebase(const struct state *state, struct held *held)
{
	int64_t offset = held->offset + state->stack_pointer;

	if (held->holder != HOLDER_STACK)
		return true;
	held->offset = (int32_t)offset;
	return is_near(offset);
}

/* Updates the state by one instruction. Returns false if the state is uncertain from here on. */
static bool follow(struct state *state, struct instruction_effects effects,
		   const struct argument_use *use)
{
	state->stack_pointer += effects.stack_pointer;
	if (effects.opaque || state->stack_pointer > 0 || !is_near(state->stack_pointer) ||
	    !rebase(state, &effects.stored) || !rebase(state, &effects.copy) ||
	    hits_arguments(&effects.stored, use))
		return false;
	forget_overwritten(state, &effects);
	if (effects.copy.holder && effects.copied < SPILL_SITE_MAX_FLOATS &&
	    !(state->lost_floats >> effects.copied & 1))
		state->floats[effects.copied] = effects.copy;
	state->lost_integers |= effects.integers;
	state->lost_floats |= effects.floats;
	return true;
}

/* ---- the choice ---- */

static int count_floats(const struct state *state, const struct argument_use *use)
{
	int count = 0;

	for (size_t i = 0; i < SPILL_SITE_MAX_FLOATS; i++)
		count += use->floats >> i & 1 && state->floats[i].holder;
	return count;
}

static void land(const struct state *state, uint64_t address, struct spill_site *spill)
{
	spill->site.address = address;
	spill->site.stack_drop = (uint32_t)-state->stack_pointer;
	for (size_t i = 0; i < SPILL_SITE_MAX_FLOATS; i++) {
		spill->floats[i] = state->floats[i];
		if (state->floats[i].holder == HOLDER_STACK)
			spill->floats[i].offset -= (int32_t)state->stack_pointer;
	}
}

/*
 * Reads up to the ordinary site. If the site is the jump of the stack check, the search begins after the
 * jump, which is not taken; otherwise it begins with the first instruction.
 */
static bool skip_to_begin(struct disassembler *disassembler, const struct site *begin)
{
	struct instruction instruction;

	if (begin->kind != SITE_STACK_CHECK)
		return true;
	while (disassembler_next(disassembler, &instruction)) {
		if (instruction.address == begin->address)
			return true;
	}
	return false;
}

/*
 * Follows the function up to the first jump, call or return, or until a parameter is lost. Returns how many
 * float parameters can be read at the chosen site.
 */
static int search(struct disassembler *disassembler, uint64_t limit, const struct argument_use *use,
		  uint8_t goroutine_register, struct spill_site *spill)
{
	uint32_t needed = (uint32_t)use->integers;
	struct instruction instruction;
	struct state state = { 0 };
	int most = 0;

	if (goroutine_register != CONVENTION_NO_REGISTER)
		needed |= 1u << goroutine_register;
	while (disassembler_next(disassembler, &instruction) && instruction.address < limit) {
		struct instruction_effects effects = disassembler_effects(disassembler);
		int count = count_floats(&state, use);

		if (count > most && !effects.refuses_probe && !effects.may_repeat) {
			most = count;
			land(&state, instruction.address, spill);
		}
		if (instruction.kind != INSTRUCTION_OTHER || !follow(&state, effects, use) ||
		    state.lost_integers & needed)
			break;
	}
	return most;
}

static int spill_site_search(struct disassembler *disassembler, struct bytes code,
			     const struct function *function, const struct site *begin,
			     const struct argument_use *use, struct spill_site *spill)
{
	uint64_t first = begin->address + (begin->kind == SITE_STACK_CHECK);
	uint64_t limit = first_target(disassembler, code, function->entry, first);

	disassembler_start(disassembler, code, function->entry);
	if (!skip_to_begin(disassembler, begin))
		return 0;
	return search(disassembler, limit, use, begin->goroutine_register, spill);
}

int spill_site_find(const struct image *image, const struct function *function,
		    const struct site *begin, const struct argument_use *use,
		    struct spill_site *ret_spill, struct error *err)
{
	struct spill_site spill = { .site = *begin };
	uint64_t size = function->end - function->entry;
	struct disassembler *disassembler;
	struct buffer code;
	int r = disassembler_open(image_machine(image), &disassembler, err);

	if (r < 0)
		return r;
	spill.site.kind = SITE_AFTER_SPILL;
	spill.site.skip_if_set = spill.site.skip_if_clear = 0;
	r = size <= FUNCTION_MAX_SIZE ?
		    image_load(image, function->entry, size, &code, err) :
		    error_fail(err, -E2BIG, "function %s is larger than %d bytes", function->name,
			       FUNCTION_MAX_SIZE);
	if (r == 0) {
		r = spill_site_search(disassembler, buffer_bytes(&code), function, begin, use,
				      &spill);
		buffer_release(&code);
	}
	disassembler_close(disassembler);
	if (r <= 0)
		return r < 0 ? r :
			       error_fail(err, -ENOENT,
					  "the floating-point arguments of %s cannot be read",
					  function->name);
	if (!image_file_offset(image, spill.site.address, &spill.site.file_offset))
		return error_fail(err, -EBADMSG, "function %s is not in an executable segment",
				  function->name);
	*ret_spill = spill;
	return 0;
}
