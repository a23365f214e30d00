/* SPDX-License-Identifier: MIT */
#include "call_site.h"

#include <errno.h>

#include "prologue.h"

enum { AFTER_CALL_INSTRUCTIONS = 16 };

/*
 * The calls of `callee` in a function: their number, the address of the last one, and the address of the
 * instruction after it.
 */
struct calls {
	int count;
	uint64_t address, after;
};

static struct calls find_calls(const struct code_search *search, struct bytes code, uint64_t callee)
{
	struct instruction instruction;
	struct calls calls = { 0 };
	bool just_called = false;

	disassembler_start(search->disassembler, code, search->function->entry);
	while (disassembler_next(search->disassembler, &instruction)) {
		if (just_called) {
			calls.after = instruction.address;
			if (disassembler_effects(search->disassembler).may_repeat)
				continue;
		}
		just_called = instruction.kind == INSTRUCTION_CALL && instruction.has_target &&
			      instruction.target == callee;
		if (just_called) {
			calls.address = instruction.address;
			calls.count++;
		}
	}
	return calls;
}

/* Reads the whole function: its calls of `callee`, and where its prologue finds g. */
static int read_function(const struct code_search *search, const struct function *callee,
			 struct calls *ret_calls, struct site *prologue, struct error *err)
{
	struct instruction jump;
	struct buffer code;
	int r = code_search_load_function(search, &code, err);

	if (r < 0)
		return r;
	prologue_read(search, buffer_bytes(&code), prologue, &jump, 1);
	*ret_calls = find_calls(search, buffer_bytes(&code), callee->entry);
	r = code_search_check_end(search, err);
	buffer_release(&code);
	return r;
}

static uint32_t result_registers(const struct convention *convention)
{
	uint32_t registers = 0;

	for (size_t i = 0; i < convention->integer_count; i++)
		registers |= 1u << convention->integer_registers[i];
	return registers;
}

/* Returns whether all that a called function returned is still in its registers after the instruction. */
static bool keeps_results(struct instruction_effects effects, uint32_t registers)
{
	return !(effects.integers & registers) && !effects.stack_pointer &&
	       (!effects.opaque || effects.only_stores);
}

/* Returns the address of the first jump after the call, where the results can be read, too; or 0. */
static uint64_t find_jump_after(const struct code_search *search, struct bytes code, uint64_t after,
				uint32_t registers)
{
	size_t skipped = after - search->function->entry;
	struct instruction instruction;

	disassembler_start(search->disassembler,
			   (struct bytes){ code.data + skipped, code.size - skipped }, after);
	for (int i = 0; i < AFTER_CALL_INSTRUCTIONS; i++) {
		if (!disassembler_next(search->disassembler, &instruction))
			return 0;
		if (instruction.kind == INSTRUCTION_CONDITIONAL_JUMP)
			return instruction.address;
		if (instruction.kind != INSTRUCTION_OTHER ||
		    !keeps_results(disassembler_effects(search->disassembler), registers))
			return 0;
	}
	return 0;
}

/* Returns whether a jump leads behind `after`, up to `last`, or may do so: then not only the call leads there. */
static bool is_jumped_into(const struct code_search *search, struct bytes code, uint64_t after,
			   uint64_t last)
{
	struct instruction instruction;

	disassembler_start(search->disassembler, code, search->function->entry);
	while (disassembler_next(search->disassembler, &instruction)) {
		bool jumps = instruction.kind == INSTRUCTION_JUMP ||
			     instruction.kind == INSTRUCTION_CONDITIONAL_JUMP;

		if (jumps && (!instruction.has_target ||
			      (instruction.target > after && instruction.target <= last)))
			return true;
	}
	return !disassembler_is_done(search->disassembler);
}

/*
 * The kernel emulates a jump, but single-steps what commonly follows a call. So a probe after a call is put on the jump that
 * follows, if there is one before the results are overwritten. Results on the stack are not followed.
 */
static void prefer_jump(const struct code_search *search, const struct convention *convention,
			struct site *site)
{
	struct buffer code;
	uint64_t jump;

	if (!convention->integer_count || code_search_load_function(search, &code, NULL) < 0)
		return;
	jump = find_jump_after(search, buffer_bytes(&code), site->address,
			       result_registers(convention));
	if (jump && !is_jumped_into(search, buffer_bytes(&code), site->address, jump))
		site->address = jump;
	buffer_release(&code);
}

static int choose_call(const struct code_search *search, const struct convention *convention,
		       const struct function *callee, struct site *site, struct error *err)
{
	struct site prologue = { 0 };
	struct calls calls;
	int r = read_function(search, callee, &calls, &prologue, err);

	if (r < 0)
		return r;
	site->address = site->kind == SITE_AFTER_CALL ? calls.after : calls.address;
	site->goroutine_offset = prologue.goroutine_offset;
	if (calls.count == 1 && site->address) {
		if (site->kind == SITE_AFTER_CALL)
			prefer_jump(search, convention, site);
		return code_search_file_offset(search, site, err);
	}
	return error_fail(err, calls.count > 1 ? -E2BIG : -ENOENT, "function %s calls %s %d times",
			  search->function->name, callee->name, calls.count);
}

int call_site_find(const struct image *image, const struct convention *convention,
		   const struct function *function, const struct function *callee,
		   enum site_kind kind, struct site *ret_site, struct error *err)
{
	struct site site = {
		.kind = kind,
		.goroutine_register = convention->goroutine_register,
	};
	struct code_search search;
	int r = code_search_open(&search, image, function, err);

	if (r < 0)
		return r;
	r = choose_call(&search, convention, callee, &site, err);
	code_search_close(&search);
	if (r == 0)
		*ret_site = site;
	return r;
}

int call_site_count(const struct image *image, const struct function *function,
		    const struct function *callee, struct error *err)
{
	struct site prologue = { 0 };
	struct code_search search;
	struct calls calls;
	int r = code_search_open(&search, image, function, err);

	if (r < 0)
		return r;
	r = read_function(&search, callee, &calls, &prologue, err);
	code_search_close(&search);
	return r < 0 ? r : calls.count;
}
