/* SPDX-License-Identifier: MIT */
/*
 * Checks the probe site of every function of a Go binary against the function's code, disassembled from the
 * entry on. The site is the begin of an instruction. If the function calls one of runtime.morestack*, as
 * found in the symbol table, the site is a conditional jump whose target leads to that call. Otherwise the
 * site is the entry, or it is behind instructions that Go may repeat (restart_truth.c). There is no site if a
 * jump of the function leads there, or if no probe can be placed there.
 *
 *	site_truth BINARY…
 *
 * If a function contains bytes that are no instructions, it is compared as far as it can be disassembled. A
 * function that begins with such bytes, or with data, has no site (runtime.skipPleaseUseCallersFrames,
 * go:textfipsend).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "begin_site.h"
#include "disassembler.h"
#include "site.h"
#include "truth_program.h"

static const char *const growers[] = {
	"runtime.morestack",	  "runtime.morestack_noctxt",	   "runtime.morestackc",
	"runtime.morestack.abi0", "runtime.morestack_noctxt.abi0", "runtime.morestackc.abi0",
};

enum {
	GROWER_COUNT = sizeof(growers) / sizeof(growers[0]),
	LONGEST_INSTRUCTION = 16,
};

struct truth {
	const char *path;
	const struct binary *binary;
	struct disassembler *disassembler;
	uint64_t grower_addresses[GROWER_COUNT];
	size_t functions, agreed, with_check, partial, without_code, refused;
};

/* Facts about a site, found in the code of a function. */
struct reading {
	uint64_t end; /* of the disassembled code, within its last instruction */
	bool is_partial;
	bool site_is_boundary;
	uint64_t first_site; /* the first instruction that Go does not repeat */
	struct instruction at_site;
	bool target_is_boundary;
	bool grows, grows_from_target;
	bool loops_to_entry;
};

static bool is_grower(const struct truth *truth, uint64_t address)
{
	for (size_t i = 0; i < GROWER_COUNT; i++) {
		if (address && truth->grower_addresses[i] == address)
			return true;
	}
	return false;
}

/* Finds them in the symbol table, because the table of functions is under test. */
static bool find_growers(struct truth *truth)
{
	uint64_t size;
	bool found = false;

	for (size_t i = 0; i < GROWER_COUNT; i++) {
		if (!image_symbol(truth->binary->image, growers[i], &truth->grower_addresses[i],
				  &size))
			truth->grower_addresses[i] = 0;
		else
			found = true;
	}
	return found;
}

static void read_instruction(const struct truth *truth, const struct function *function,
			     const struct instruction *instruction, const struct site *site,
			     bool *called, struct reading *reading)
{
	bool may_repeat = disassembler_effects(truth->disassembler).may_repeat;
	bool is_call = instruction->kind == INSTRUCTION_CALL;
	bool is_jump = instruction->kind == INSTRUCTION_JUMP ||
		       instruction->kind == INSTRUCTION_CONDITIONAL_JUMP;

	if (!reading->first_site && !may_repeat)
		reading->first_site = instruction->address;
	if (instruction->address == site->address) {
		reading->site_is_boundary = true;
		reading->at_site = *instruction;
	}
	if (reading->at_site.has_target && instruction->address == reading->at_site.target)
		reading->target_is_boundary = true;
	if (is_call && instruction->has_target && is_grower(truth, instruction->target)) {
		reading->grows = true;
		reading->grows_from_target |= reading->target_is_boundary && !*called;
	}
	*called |= is_call && reading->target_is_boundary;
	reading->loops_to_entry |= is_jump && instruction->has_target &&
				   instruction->target == function->entry;
}

/* Disassembles from `address` on, and adds what it finds to `reading`. */
static void read_from(const struct truth *truth, const struct function *function, struct bytes code,
		      uint64_t address, const struct site *site, struct reading *reading)
{
	struct bytes rest = { code.data + (address - function->entry),
			      code.size - (address - function->entry) };
	struct instruction instruction;
	bool called = false;

	disassembler_start(truth->disassembler, rest, address);
	while (disassembler_next(truth->disassembler, &instruction)) {
		read_instruction(truth, function, &instruction, site, &called, reading);
		reading->end = instruction.address + 1;
	}
}

/* Functions of arm64 are padded with zeros. */
static uint64_t code_end(const struct function *function, struct bytes code)
{
	size_t size = code.size;

	while (size && !code.data[size - 1])
		size--;
	return function->entry + size;
}

/*
 * The first call after the jump's target has to be the call that grows the stack. If bytes that are no
 * instructions come before that target, disassembly continues at the target.
 */
static struct reading read_code(const struct truth *truth, const struct function *function,
				struct bytes code, const struct site *site)
{
	struct reading reading = { .end = function->entry };
	uint64_t target;

	read_from(truth, function, code, function->entry, site, &reading);
	reading.is_partial = reading.end + LONGEST_INSTRUCTION < code_end(function, code);
	target = reading.at_site.target;
	if (reading.is_partial && reading.at_site.has_target && target >= reading.end &&
	    target < function->end)
		read_from(truth, function, code, target, site, &reading);
	return reading;
}

static bool site_is_right(const struct reading *reading, const struct function *function,
			  const struct site *site)
{
	if (!reading->site_is_boundary)
		return false;
	if (!reading->grows)
		return site->kind == SITE_ENTRY && site->address == reading->first_site &&
		       !reading->loops_to_entry;
	return site->kind == SITE_STACK_CHECK && reading->grows_from_target &&
	       reading->at_site.kind == INSTRUCTION_CONDITIONAL_JUMP;
}

static void tell(const struct truth *truth, const struct function *function, const char *what)
{
	printf("%s: %s at %#llx: %s\n", truth->path, function->name,
	       (unsigned long long)function->entry, what);
}

static bool begins_with_instruction(const struct truth *truth, const struct function *function,
				    struct bytes code)
{
	struct instruction instruction;

	disassembler_start(truth->disassembler, code, function->entry);
	return disassembler_next(truth->disassembler, &instruction);
}

static void compare(struct truth *truth, const struct function *function, struct bytes code)
{
	struct reading reading;
	struct error err = { 0 };
	struct site site;
	int r = begin_site_find(truth->binary->image, truth->binary->convention, function, &site,
				&err);

	if (r == -ENOTSUP) {
		truth->refused++;
		return;
	}
	if (r == -EBADMSG && !begins_with_instruction(truth, function, code)) {
		truth->without_code++;
		return;
	}
	if (r < 0) {
		tell(truth, function, err.what);
		return;
	}
	reading = read_code(truth, function, code, &site);
	/* Assembly functions may contain instructions that are newer than the disassembler. */
	truth->partial += reading.is_partial;
	truth->with_check += reading.grows;
	if (site_is_right(&reading, function, &site))
		truth->agreed++;
	else
		tell(truth, function,
		     reading.grows	      ? "its site is not the stack check's jump" :
		     reading.site_is_boundary ? "it has no stack check, but its site is one" :
						"its site is inside of an instruction");
}

static void function_check(struct truth *truth, size_t index)
{
	struct function function;
	struct buffer code;
	struct error err = { 0 };

	truth->functions++;
	if (!pclntab_at(truth->binary->pclntab, index, &function)) {
		printf("%s: function %zu is damaged\n", truth->path, index);
		return;
	}
	if (image_load(truth->binary->image, function.entry, function.end - function.entry, &code,
		       &err) < 0) {
		tell(truth, &function, err.what);
		return;
	}
	compare(truth, &function, buffer_bytes(&code));
	buffer_release(&code);
}

static int functions_check(struct truth *truth, struct error *err)
{
	size_t comparable;

	if (!find_growers(truth))
		return error_fail(err, -ENOENT, "no symbol of runtime.morestack to compare with");
	for (size_t i = 0; i < pclntab_count(truth->binary->pclntab); i++)
		function_check(truth, i);
	comparable = truth->functions - truth->without_code - truth->refused;
	printf("%s: %s, %s convention: %zu of %zu sites agree, %zu of them at the jump of a stack"
	       " check (%zu functions read in part, %zu without code, %zu take no probe)\n",
	       truth->path, truth->binary->version.text, truth->binary->convention->name,
	       truth->agreed, comparable, truth->with_check, truth->partial, truth->without_code,
	       truth->refused);
	if (comparable == 0 || truth->agreed != comparable)
		return error_fail(err, -EBADMSG, "sites and code disagree");
	return 0;
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	struct truth truth = { .path = path, .binary = binary };
	int r = disassembler_open(image_machine(binary->image), &truth.disassembler, err);

	if (r == 0)
		r = functions_check(&truth, err);
	disassembler_close(truth.disassembler);
	return r;
}
