/* SPDX-License-Identifier: MIT */
#include "begin_site.h"

#include <errno.h>

#include "prologue.h"

enum {
	PROLOGUE_SIZE =
		128, /* the longest stack check, for a very large frame, needs half of that */
	SLOW_PATH_SIZE = 512, /* spills, the call, reloads, the jump back */
	SLOW_PATH_INSTRUCTIONS = 80,
};

/*
 * Returns whether the code begins with the slow path of a stack check: spills, one call (of one of the
 * runtime's morestack functions), reloads, and a jump back to the function's entry. Code with a second call
 * before the jump is something else: often the panic of a bounds check precedes the slow path.
 */
static bool calls_and_restarts(const struct code_search *search, struct bytes code,
			       uint64_t address)
{
	struct instruction instruction;
	bool called = false;

	disassembler_start(search->disassembler, code, address);
	for (int i = 0; i < SLOW_PATH_INSTRUCTIONS; i++) {
		if (!disassembler_next(search->disassembler, &instruction))
			return false;
		if (instruction.kind == INSTRUCTION_CALL) {
			if (called)
				return false;
			called = true;
		} else if (instruction.kind != INSTRUCTION_OTHER) {
			return called && instruction.kind == INSTRUCTION_JUMP &&
			       instruction.has_target &&
			       instruction.target == search->function->entry;
		}
	}
	return false;
}

static bool is_slow_path(const struct code_search *search, uint64_t address)
{
	struct buffer code;
	bool is;

	if (address <= search->function->entry || address >= search->function->end ||
	    code_search_load(search, address, SLOW_PATH_SIZE, &code, NULL) < 0)
		return false;
	is = calls_and_restarts(search, buffer_bytes(&code), address);
	buffer_release(&code);
	return is;
}

/*
 * Chooses the last of the jumps to the slow path: a very large frame is checked by several jumps, and if an earlier
 * one is taken, the last one is not reached.
 */
static void choose_check(const struct code_search *search, const struct convention *convention,
			 struct bytes code, struct site *site)
{
	struct instruction jumps[4];
	size_t count = prologue_read(search, code, site, jumps, sizeof(jumps) / sizeof(jumps[0]));

	for (size_t i = 0; i < count; i++) {
		if (!jumps[i].has_target || !is_slow_path(search, jumps[i].target))
			break;
		site->kind = SITE_STACK_CHECK;
		site->address = jumps[i].address;
		site->skip_if_set = jumps[i].taken_if_set;
		site->skip_if_clear = jumps[i].taken_if_clear;
	}
	/* The prologue has no stack check, so the instruction did not read the stack guard. */
	if (site->kind == SITE_ENTRY)
		site->goroutine_register = convention->goroutine_register;
}

/*
 * If the first bytes are not an instruction, the function table refers to data, which a breakpoint would
 * corrupt.
 */
static int check_entry(const struct code_search *search, struct bytes code, struct error *err)
{
	struct instruction instruction;

	disassembler_start(search->disassembler, code, search->function->entry);
	if (disassembler_next(search->disassembler, &instruction))
		return 0;
	return error_fail(err, -EBADMSG, "function %s does not begin with a valid instruction",
			  search->function->name);
}

/*
 * Returns whether a jump leads to the first instruction, or to an instruction between it and the site, so
 * that the site is executed more than once per call. An unconditional jump directly after a call does not
 * count: it belongs to morestack, after which the function starts again.
 */
static bool loops_to_entry(const struct code_search *search, struct bytes code, uint64_t site)
{
	struct instruction instruction;
	bool has_called = false;

	disassembler_start(search->disassembler, code, search->function->entry);
	while (disassembler_next(search->disassembler, &instruction)) {
		bool leads_there = instruction.has_target &&
				   instruction.target >= search->function->entry &&
				   instruction.target <= site;

		if (instruction.kind == INSTRUCTION_CONDITIONAL_JUMP && leads_there)
			return true;
		if (instruction.kind == INSTRUCTION_JUMP && leads_there && !has_called)
			return true;
		if (instruction.kind != INSTRUCTION_OTHER)
			has_called = instruction.kind == INSTRUCTION_CALL;
	}
	return false;
}

/*
 * Chooses the first instruction, or the last one of the restartable sequence that begins with it. Returns
 * whether the kernel refuses a probe there.
 */
static bool choose_entry(const struct code_search *search, struct bytes code, struct site *site)
{
	struct instruction_effects effects = { 0 };
	struct instruction instruction;

	disassembler_start(search->disassembler, code, search->function->entry);
	while (disassembler_next(search->disassembler, &instruction)) {
		effects = disassembler_effects(search->disassembler);
		site->address = instruction.address;
		if (!effects.may_repeat)
			break;
	}
	return effects.refuses_probe || effects.may_repeat;
}

/* Chooses a site at the entry. Fails unless a probe there is hit once per call and the kernel accepts it. */
static int choose_entry_site(const struct code_search *search, struct site *site, struct error *err)
{
	struct buffer code;
	bool is_refused, loops;
	int r = code_search_load(search, search->function->entry, CODE_SEARCH_ALL, &code, err);

	if (r < 0)
		return r;
	is_refused = choose_entry(search, buffer_bytes(&code), site);
	loops = loops_to_entry(search, buffer_bytes(&code), site->address);
	buffer_release(&code);
	if (is_refused)
		return error_fail(err, -ENOTSUP,
				  "the first instruction of function %s cannot be probed",
				  search->function->name);
	if (loops)
		return error_fail(
			err, -ENOTSUP,
			"function %s begins with a loop: its calls cannot be distinguished from iterations",
			search->function->name);
	return 0;
}

int begin_site_find(const struct image *image, const struct convention *convention,
		    const struct function *function, struct site *ret_site, struct error *err)
{
	struct site site = {
		.kind = SITE_ENTRY,
		.address = function->entry,
		.goroutine_register = convention->goroutine_register,
	};
	struct code_search search;
	struct buffer code;
	int r = code_search_open(&search, image, function, err);

	if (r < 0)
		return r;
	r = code_search_load(&search, function->entry, PROLOGUE_SIZE, &code, err);
	if (r == 0) {
		r = check_entry(&search, buffer_bytes(&code), err);
		if (r == 0)
			choose_check(&search, convention, buffer_bytes(&code), &site);
		buffer_release(&code);
	}
	if (r == 0 && site.kind == SITE_ENTRY)
		r = choose_entry_site(&search, &site, err);
	if (r == 0)
		r = code_search_file_offset(&search, &site, err);
	code_search_close(&search);
	if (r == 0)
		*ret_site = site;
	return r;
}
