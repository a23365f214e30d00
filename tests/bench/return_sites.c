/* SPDX-License-Identifier: MIT */
/*
 * Counts the returns of a Go binary (x86-64) that could be probed on an instruction which the kernel emulates, instead of
 * on the return itself, which it single-steps. Such an instruction is executed once on each way to exactly this
 * return, and after it no result changes:
 *
 *	return_sites BINARY
 *
 * There are two: a NOP or a PUSH in the basic block of the return, and the jumps that lead to this block, if there is no
 * other way to it, and none of them is in a loop. Results are taken for changed by a write to any register of results, by any store and by any call,
 * because a stripped binary does not say which results a function has. A second count is for returns of which only the
 * time is needed: there only calls count as changes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "binary.h"
#include "disassembler.h"
#include "pclntab.h"

struct step {
	struct instruction instruction;
	struct instruction_effects effects;
	uint64_t end;
	bool is_target; /* of a jump of the function */
	bool is_nop_or_push;
};

struct code {
	struct step *steps;
	size_t count;
	bool has_indirect_jump; /* a table of jumps: any instruction may be a target */
};

struct counts {
	size_t functions, returns, with_results, in_time;
	size_t functions_with_results, functions_in_time; /* whose returns all are of these */
};

struct counter {
	const struct binary *binary;
	struct disassembler *disassembler;
	uint32_t result_registers;
	struct counts counts;
};

/* Linux arch/x86/kernel/uprobes.c, branch_setup_xol_ops() and push_setup_xol_ops(). */
static bool is_nop_or_push(struct bytes code)
{
	size_t at = 0;
	uint8_t first = 0, second = 0;

	while (bytes_u8(code, at, &first) && (first == 0x66 || first == 0x2e))
		at++;
	bytes_u8(code, at + 1, &second);
	return first == 0x90 || (first == 0x0f && second == 0x1f) || (first & 0xf8) == 0x50 ||
	       (first == 0x41 && (second & 0xf8) == 0x50);
}

static bool is_jump(const struct instruction *instruction)
{
	return instruction->kind == INSTRUCTION_JUMP ||
	       instruction->kind == INSTRUCTION_CONDITIONAL_JUMP;
}

static struct step *step_at(struct code *code, uint64_t address)
{
	size_t low = 0, high = code->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code->steps[middle].instruction.address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < code->count && code->steps[low].instruction.address == address ?
		       &code->steps[low] :
		       NULL;
}

static void mark_targets(struct code *code)
{
	for (size_t i = 0; i < code->count; i++) {
		const struct instruction *instruction = &code->steps[i].instruction;
		struct step *target;

		if (!is_jump(instruction))
			continue;
		code->has_indirect_jump |= !instruction->has_target;
		target = instruction->has_target ? step_at(code, instruction->target) : NULL;
		if (target)
			target->is_target = true;
	}
}

/* Returns false if the function cannot be read to its end. */
static bool code_read(struct counter *counter, struct bytes bytes, uint64_t entry,
		      struct code *code)
{
	struct step step = { 0 };

	disassembler_start(counter->disassembler, bytes, entry);
	while (disassembler_next(counter->disassembler, &step.instruction)) {
		struct step *steps = array_grow(code->steps, code->count, sizeof(*steps));
		size_t skipped = step.instruction.address - entry;

		if (!steps)
			abort();
		code->steps = steps;
		if (step.instruction.kind == INSTRUCTION_OTHER)
			step.effects = disassembler_effects(counter->disassembler);
		step.is_nop_or_push = is_nop_or_push(
			(struct bytes){ bytes.data + skipped, bytes.size - skipped });
		steps[code->count++] = step;
	}
	mark_targets(code);
	return disassembler_is_done(counter->disassembler) && !code->has_indirect_jump;
}

/* Whether a result may change. Restoring the frame pointer and SP changes none. */
static bool changes(const struct counter *counter, const struct step *step, bool with_results)
{
	const struct instruction_effects *effects = &step->effects;

	if (step->instruction.kind != INSTRUCTION_OTHER)
		return true;
	return with_results && (effects->integers & counter->result_registers || effects->floats ||
				effects->stored.holder || effects->only_stores);
}

/* Whether a jump back leads from behind the address to before it: what is there may be executed many times a call. */
static bool is_in_loop(const struct code *code, uint64_t address)
{
	for (size_t i = 0; i < code->count; i++) {
		const struct instruction *jump = &code->steps[i].instruction;

		if (is_jump(jump) && jump->target <= address && jump->address >= address)
			return true;
	}
	return false;
}

/* Whether the jump is a way to the instruction: it leads there, or is the instruction before. */
static bool leads_to(const struct code *code, size_t jump, size_t begin)
{
	const struct instruction *instruction = &code->steps[jump].instruction;

	return is_jump(instruction) &&
	       (instruction->target == code->steps[begin].instruction.address ||
		(jump + 1 == begin && instruction->kind == INSTRUCTION_CONDITIONAL_JUMP));
}

/* Whether all ways to the block that begins here are jumps, of which each is executed at most once a call. */
static bool is_entered_by_jumps(const struct code *code, size_t begin)
{
	const struct instruction *before = begin ? &code->steps[begin - 1].instruction : NULL;

	if (!before || (!is_jump(before) && before->kind != INSTRUCTION_RETURN))
		return false;
	for (size_t i = 0; i < code->count; i++) {
		const struct instruction *jump = &code->steps[i].instruction;

		if (leads_to(code, i, begin) && jump->kind == INSTRUCTION_CONDITIONAL_JUMP &&
		    is_in_loop(code, jump->address))
			return false;
	}
	return true;
}

/* Whether the return has such an instruction. */
static bool has_site(const struct counter *counter, const struct code *code, size_t number,
		     bool with_results)
{
	for (size_t i = number;; i--) {
		bool begins = i == 0 || code->steps[i].is_target ||
			      is_jump(&code->steps[i - 1].instruction);

		if (i != number && code->steps[i].is_nop_or_push)
			return true;
		if (i != number && changes(counter, &code->steps[i], with_results))
			return false;
		if (begins)
			return is_entered_by_jumps(code, i);
	}
}

static void count_returns(struct counter *counter, const struct code *code)
{
	struct counts *counts = &counter->counts;
	size_t returns = 0, with_results = 0, in_time = 0;

	for (size_t i = 0; i < code->count; i++) {
		if (code->steps[i].instruction.kind != INSTRUCTION_RETURN)
			continue;
		returns++;
		with_results += has_site(counter, code, i, true);
		in_time += has_site(counter, code, i, false);
	}
	if (!returns)
		return;
	counts->functions++;
	counts->returns += returns;
	counts->with_results += with_results;
	counts->in_time += in_time;
	counts->functions_with_results += with_results == returns;
	counts->functions_in_time += in_time == returns;
}

static void count_function(struct counter *counter, size_t number)
{
	struct function function;
	struct code code = { 0 };
	struct buffer bytes;

	if (!pclntab_at(counter->binary->pclntab, number, &function) ||
	    function.end <= function.entry ||
	    image_load(counter->binary->image, function.entry, function.end - function.entry,
		       &bytes, NULL) < 0)
		return;
	if (code_read(counter, buffer_bytes(&bytes), function.entry, &code))
		count_returns(counter, &code);
	free(code.steps);
	buffer_release(&bytes);
}

static int count_binary(const struct binary *binary, struct counts *ret_counts, struct error *err)
{
	struct counter counter = { .binary = binary };
	const struct convention *convention = binary->convention;
	int r;

	if (convention->machine != MACHINE_AMD64)
		return error_fail(err, -ENOTSUP, "only x86-64 single-steps returns");
	for (size_t i = 0; i < convention->integer_count; i++)
		counter.result_registers |= 1u << convention->integer_registers[i];
	r = disassembler_open(image_machine(binary->image), &counter.disassembler, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < pclntab_count(binary->pclntab); i++)
		count_function(&counter, i);
	disassembler_close(counter.disassembler);
	*ret_counts = counter.counts;
	return 0;
}

static void print_counts(const struct counts *counts)
{
	printf("{\"functions\":%zu,\"returns\":%zu,\"returns_with_results\":%zu,\"returns_in_time\":%zu,"
	       "\"functions_with_results\":%zu,\"functions_in_time\":%zu}\n",
	       counts->functions, counts->returns, counts->with_results, counts->in_time,
	       counts->functions_with_results, counts->functions_in_time);
}

int main(int count, char **words)
{
	struct binary *binary = NULL;
	struct counts counts = { 0 };
	struct error err = { 0 };
	char message[2048];
	int r;

	if (count != 2) {
		fprintf(stderr, "usage: return_sites BINARY\n");
		return 2;
	}
	r = binary_open(words[1], NULL, &binary, &err);
	if (r == 0)
		r = count_binary(binary, &counts, &err);
	if (r == 0)
		print_counts(&counts);
	binary_close(binary);
	if (r == 0)
		return EXIT_SUCCESS;
	error_format(&err, message, sizeof(message));
	fprintf(stderr, "return_sites: %s: %s\n", words[1], message);
	return EXIT_FAILURE;
}
