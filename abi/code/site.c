/* SPDX-License-Identifier: MIT */
#include "site.h"

#include <errno.h>
#include <stdlib.h>

#include "disassembler.h"
#include "minimum.h"

enum {
	PROLOGUE_SIZE =
		128, /* the longest stack check, for a very large frame, needs half of that */
	PROLOGUE_INSTRUCTIONS = 16,
	SLOW_PATH_SIZE = 512, /* spills, the call, reloads, the jump back */
	SLOW_PATH_INSTRUCTIONS = 80,
	FUNCTION_MAX_SIZE = 1 << 20,
	MAX_RETURNS = 1024,
	AFTER_CALL_INSTRUCTIONS = 16,
};

const char *site_kind_name(enum site_kind kind)
{
	static const char *const names[] = {
		[SITE_STACK_CHECK] = "stack check", [SITE_ENTRY] = "entry",
		[SITE_AFTER_SPILL] = "after spill", [SITE_CALL] = "call",
		[SITE_RETURN] = "return",	    [SITE_AFTER_CALL] = "after a call",
	};

	return names[kind];
}

/* The search for a site in one function. */
struct search {
	const struct image *image;
	const struct function *function;
	struct disassembler *disassembler;
};

/* Loads at most `size` bytes of the function's code from `address`. */
static int load_code(const struct search *search, uint64_t address, uint64_t size,
		     struct buffer *ret_code, struct error *err)
{
	uint64_t left = search->function->end - address;

	return image_load(search->image, address, minimum(size, left), ret_code, err);
}

/*
 * Returns whether the code begins with the slow path of a stack check: spills, one call (of one of the
 * runtime's morestack functions), reloads, and a jump back to the function's entry. Code with a second call
 * before the jump is something else: often the panic of a bounds check precedes the slow path.
 */
static bool calls_and_restarts(const struct search *search, struct bytes code, uint64_t address)
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

static bool is_slow_path(const struct search *search, uint64_t address)
{
	struct buffer code;
	bool is;

	if (address <= search->function->entry || address >= search->function->end ||
	    load_code(search, address, SLOW_PATH_SIZE, &code, NULL) < 0)
		return false;
	is = calls_and_restarts(search, buffer_bytes(&code), address);
	buffer_release(&code);
	return is;
}

/*
 * Reads the prologue: finds g, and the conditional jumps that may end a stack check. Stops at the first instruction
 * that is not part of the prologue. Returns the number of jumps.
 */
static size_t read_prologue(const struct search *search, struct bytes code, struct site *site,
			    struct instruction *jumps, size_t capacity)
{
	struct instruction instruction;
	size_t count = 0;

	disassembler_start(search->disassembler, code, search->function->entry);
	for (int i = 0; i < PROLOGUE_INSTRUCTIONS && count < capacity; i++) {
		if (!disassembler_next(search->disassembler, &instruction))
			break;
		if (instruction.reads_thread_local && !site->goroutine_offset)
			site->goroutine_offset = (int32_t)instruction.thread_local_offset;
		if (instruction.reads_guard && count == 0)
			site->goroutine_register = instruction.guard_register;
		if (instruction.taken_if_set | instruction.taken_if_clear)
			jumps[count++] = instruction;
		else if (instruction.kind != INSTRUCTION_OTHER)
			break;
	}
	return count;
}

/*
 * Chooses the last of the jumps to the slow path: a very large frame is checked by several jumps, and if an earlier
 * one is taken, the last one is not reached.
 */
static void choose_check(const struct search *search, const struct convention *convention,
			 struct bytes code, struct site *site)
{
	struct instruction jumps[4];
	size_t count = read_prologue(search, code, site, jumps, sizeof(jumps) / sizeof(jumps[0]));

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
static int check_entry(const struct search *search, struct bytes code, struct error *err)
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
static bool loops_to_entry(const struct search *search, struct bytes code, uint64_t site)
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
static bool choose_entry(const struct search *search, struct bytes code, struct site *site)
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
static int choose_entry_site(const struct search *search, struct site *site, struct error *err)
{
	struct buffer code;
	bool is_refused, loops;
	int r = load_code(search, search->function->entry, FUNCTION_MAX_SIZE, &code, err);

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

static int find_file_offset(const struct search *search, struct site *site, struct error *err)
{
	if (image_file_offset(search->image, site->address, &site->file_offset))
		return 0;
	return error_fail(err, -EBADMSG, "function %s is not in an executable segment",
			  search->function->name);
}

/* Loads the whole function; fails if it is too large. */
static int load_function(const struct search *search, struct buffer *ret_code, struct error *err)
{
	const struct function *function = search->function;

	if (function->end - function->entry > FUNCTION_MAX_SIZE)
		return error_fail(err, -E2BIG, "function %s is larger than %d bytes",
				  function->name, FUNCTION_MAX_SIZE);
	return load_code(search, function->entry, FUNCTION_MAX_SIZE, ret_code, err);
}

/* Fails if the disassembler stopped at an unknown instruction: there may be further matches after it. */
static int check_read(const struct search *search, struct error *err)
{
	if (disassembler_is_done(search->disassembler))
		return 0;
	return error_fail(err, -EBADMSG, "function %s contains an unknown instruction",
			  search->function->name);
}

static int search_open(struct search *search, const struct image *image,
		       const struct function *function, struct error *err)
{
	*search = (struct search){ .image = image, .function = function };
	if (function->entry >= function->end)
		return error_fail(err, -EBADMSG, "function %s is empty", function->name);
	return disassembler_open(image_machine(image), &search->disassembler, err);
}

int site_find(const struct image *image, const struct convention *convention,
	      const struct function *function, struct site *ret_site, struct error *err)
{
	struct site site = {
		.kind = SITE_ENTRY,
		.address = function->entry,
		.goroutine_register = convention->goroutine_register,
	};
	struct search search;
	struct buffer code;
	int r = search_open(&search, image, function, err);

	if (r < 0)
		return r;
	r = load_code(&search, function->entry, PROLOGUE_SIZE, &code, err);
	if (r == 0) {
		r = check_entry(&search, buffer_bytes(&code), err);
		if (r == 0)
			choose_check(&search, convention, buffer_bytes(&code), &site);
		buffer_release(&code);
	}
	if (r == 0 && site.kind == SITE_ENTRY)
		r = choose_entry_site(&search, &site, err);
	if (r == 0)
		r = find_file_offset(&search, &site, err);
	disassembler_close(search.disassembler);
	if (r == 0)
		*ret_site = site;
	return r;
}

/*
 * The calls of `callee` in a function: their number, the address of the last one, and the address of the
 * instruction after it.
 */
struct calls {
	int count;
	uint64_t address, after;
};

static struct calls find_calls(const struct search *search, struct bytes code, uint64_t callee)
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
static int read_function(const struct search *search, const struct function *callee,
			 struct calls *ret_calls, struct site *prologue, struct error *err)
{
	struct instruction jump;
	struct buffer code;
	int r = load_function(search, &code, err);

	if (r < 0)
		return r;
	read_prologue(search, buffer_bytes(&code), prologue, &jump, 1);
	*ret_calls = find_calls(search, buffer_bytes(&code), callee->entry);
	r = check_read(search, err);
	buffer_release(&code);
	return r;
}

/* ---- the jump after a call ---- */

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
static uint64_t find_jump_after(const struct search *search, struct bytes code, uint64_t after,
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
static bool is_jumped_into(const struct search *search, struct bytes code, uint64_t after,
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
static void prefer_jump(const struct search *search, const struct convention *convention,
			struct site *site)
{
	struct buffer code;
	uint64_t jump;

	if (!convention->integer_count || load_function(search, &code, NULL) < 0)
		return;
	jump = find_jump_after(search, buffer_bytes(&code), site->address,
			       result_registers(convention));
	if (jump && !is_jumped_into(search, buffer_bytes(&code), site->address, jump))
		site->address = jump;
	buffer_release(&code);
}

static int choose_call(const struct search *search, const struct convention *convention,
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
		return find_file_offset(search, site, err);
	}
	return error_fail(err, calls.count > 1 ? -E2BIG : -ENOENT, "function %s calls %s %d times",
			  search->function->name, callee->name, calls.count);
}

int site_find_call(const struct image *image, const struct convention *convention,
		   const struct function *function, const struct function *callee,
		   enum site_kind kind, struct site *ret_site, struct error *err)
{
	struct site site = {
		.kind = kind,
		.goroutine_register = convention->goroutine_register,
	};
	struct search search;
	int r = search_open(&search, image, function, err);

	if (r < 0)
		return r;
	r = choose_call(&search, convention, callee, &site, err);
	disassembler_close(search.disassembler);
	if (r == 0)
		*ret_site = site;
	return r;
}

int site_count_calls(const struct image *image, const struct function *function,
		     const struct function *callee, struct error *err)
{
	struct site prologue = { 0 };
	struct search search;
	struct calls calls;
	int r = search_open(&search, image, function, err);

	if (r < 0)
		return r;
	r = read_function(&search, callee, &calls, &prologue, err);
	disassembler_close(search.disassembler);
	return r < 0 ? r : calls.count;
}

static int add_return(const struct search *search, uint64_t address, struct return_sites *sites,
		      struct error *err)
{
	struct site site = { .kind = SITE_RETURN, .address = address };
	int r = find_file_offset(search, &site, err);

	if (r < 0)
		return r;
	if (sites->count == MAX_RETURNS)
		return error_fail(err, -E2BIG, "function %s returns in more than %d places",
				  search->function->name, MAX_RETURNS);
	if (sites->count == 0)
		sites->first = site;
	sites->file_offsets[sites->count++] = site.file_offset;
	return 0;
}

/* Returns whether the instruction jumps to another function, which then returns in place of this one. */
static bool leaves(const struct search *search, const struct instruction *instruction)
{
	bool jumps = instruction->kind == INSTRUCTION_JUMP ||
		     instruction->kind == INSTRUCTION_CONDITIONAL_JUMP;

	return jumps && instruction->has_target &&
	       (instruction->target < search->function->entry ||
		instruction->target >= search->function->end);
}

static int collect_returns(const struct search *search, struct bytes code,
			   struct return_sites *sites, struct error *err)
{
	struct instruction instruction;
	int r = 0;

	disassembler_start(search->disassembler, code, search->function->entry);
	while (r == 0 && disassembler_next(search->disassembler, &instruction)) {
		if (instruction.kind == INSTRUCTION_RETURN)
			r = add_return(search, instruction.address, sites, err);
		else if (leaves(search, &instruction))
			r = error_fail(err, -ENOENT,
				       "function %s jumps to another function instead of returning",
				       search->function->name);
	}
	if (r == 0)
		r = check_read(search, err);
	if (r == 0 && sites->count == 0)
		return error_fail(err, -ENOENT, "function %s never returns",
				  search->function->name);
	return r;
}

int site_find_returns(const struct image *image, const struct convention *convention,
		      const struct function *function, struct return_sites *ret_sites,
		      struct error *err)
{
	struct return_sites sites = { .file_offsets = calloc(MAX_RETURNS, sizeof(uint64_t)) };
	struct search search;
	struct buffer code;
	int r;

	if (!sites.file_offsets)
		return error_fail(err, -ENOMEM, "out of memory");
	r = search_open(&search, image, function, err);
	if (r == 0) {
		r = load_function(&search, &code, err);
		if (r == 0) {
			r = collect_returns(&search, buffer_bytes(&code), &sites, err);
			buffer_release(&code);
		}
		disassembler_close(search.disassembler);
	}
	if (r < 0) {
		return_sites_release(&sites);
		return r;
	}
	sites.first.goroutine_register = convention->goroutine_register;
	*ret_sites = sites;
	return 0;
}

void return_sites_release(struct return_sites *sites)
{
	free(sites->file_offsets);
	*sites = (struct return_sites){ 0 };
}
