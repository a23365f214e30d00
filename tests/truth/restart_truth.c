/* SPDX-License-Identifier: MIT */
/*
 * Compares the instructions that Go may repeat, as the disassembler finds them, with the binary's own table
 * of asynchronous preemption. All instructions but the last of a sequence that the runtime restarts may be
 * repeated.
 *
 *	restart_truth BINARY…
 *
 * Instructions of the same form that the runtime does not restart (in assembly, in sequences that are never
 * preempted) are only counted: a probe behind them is correct as well.
 */
#include <errno.h>
#include <stdio.h>

#include "disassembler.h"
#include "truth_program.h"

/* internal/abi/symtab.go: UnsafePointRestart1, UnsafePointRestart2, UnsafePointRestartAtEntry. */
enum { RESTART_AT_ENTRY = -5, RESTART_2 = -4, RESTART_1 = -3 };

/* The place of this table in a _func, by the format of the pclntab: see abi/code/inlining.c. */
static const struct {
	uint8_t pcdata_count, pcdata;
} rows[] = {
	[PCLNTAB_GO_1_2] = { 32, 40 },
	[PCLNTAB_GO_1_16] = { 32, 44 },
	[PCLNTAB_GO_1_18] = { 28, 40 },
	[PCLNTAB_GO_1_20] = { 28, 44 },
};

struct truth {
	const char *path;
	const struct binary *binary;
	struct disassembler *disassembler;
	struct buffer tables;
	uint64_t quantum;
	size_t restarted, agreed, elsewhere;
};

/* A table of values by address, which is read in order. */
struct values {
	struct bytes tables;
	uint64_t at, end, quantum;
	int64_t value;
	bool is_open;
};

static struct values values_of(const struct truth *truth, size_t index, uint64_t entry)
{
	enum pclntab_format format = pclntab_format(truth->binary->pclntab);
	struct bytes record = pclntab_record(truth->binary->pclntab, index);
	struct values values = { .tables = buffer_bytes(&truth->tables),
				 .end = entry,
				 .value = -1 };
	uint32_t count, offset;

	values.quantum = truth->quantum;
	if (!bytes_u32(record, rows[format].pcdata_count, &count) || !count ||
	    !bytes_u32(record, rows[format].pcdata, &offset) || !offset)
		return values;
	values.at = offset;
	values.is_open = true;
	return values;
}

/* Returns the value at an address, which must not be lower than that of the call before. */
static int64_t value_at(struct values *values, uint64_t address)
{
	uint64_t change, distance;

	while (values->is_open && address >= values->end) {
		values->is_open = bytes_uvarint(values->tables, &values->at, &change) &&
				  bytes_uvarint(values->tables, &values->at, &distance) && distance;
		if (!values->is_open)
			break;
		values->value += (int32_t)(-(change & 1) ^ (change >> 1));
		values->end += distance * values->quantum;
	}
	return values->is_open ? values->value : -1;
}

static bool is_restarted(int64_t value)
{
	return value >= RESTART_AT_ENTRY && value <= RESTART_1;
}

static void compare(struct truth *truth, const struct function *function, uint64_t address,
		    bool is_restart, bool may_repeat)
{
	truth->restarted += is_restart;
	truth->agreed += is_restart && may_repeat;
	truth->elsewhere += !is_restart && may_repeat;
	if (is_restart && !may_repeat && image_machine(truth->binary->image) == MACHINE_ARM64)
		printf("%s: %s at %#llx is restarted\n", truth->path, function->name,
		       (unsigned long long)address);
}

/* If two sequences are adjacent, their values differ. */
static void function_check(struct truth *truth, size_t index, const struct function *function,
			   struct bytes code)
{
	struct values values = values_of(truth, index, function->entry);
	struct instruction instruction;
	uint64_t previous = 0;
	int64_t value = -1;
	bool may_repeat = false;

	disassembler_start(truth->disassembler, code, function->entry);
	while (disassembler_next(truth->disassembler, &instruction)) {
		int64_t next = value_at(&values, instruction.address);

		if (previous)
			compare(truth, function, previous, is_restarted(value) && next == value,
				may_repeat);
		previous = instruction.address;
		value = next;
		may_repeat = disassembler_effects(truth->disassembler).may_repeat;
	}
}

static int functions_check(struct truth *truth, struct error *err)
{
	const struct pclntab *table = truth->binary->pclntab;
	struct function function;
	struct buffer code;

	for (size_t i = 0; i < pclntab_count(table); i++) {
		if (!pclntab_at(table, i, &function) ||
		    image_load(truth->binary->image, function.entry, function.end - function.entry,
			       &code, NULL) < 0)
			continue;
		function_check(truth, i, &function, buffer_bytes(&code));
		buffer_release(&code);
	}
	printf("%s: %s: of %zu instructions that are restarted %zu are known; %zu others look like them\n",
	       truth->path, truth->binary->version.text, truth->restarted, truth->agreed,
	       truth->elsewhere);
	/*
	 * Only AArch64 has such sequences. On x86-64 the table may continue with any value between functions.
	 */
	if (image_machine(truth->binary->image) != MACHINE_ARM64)
		return truth->elsewhere ? error_fail(err, -EBADMSG, "x86-64 restarts nothing") : 0;
	if (truth->agreed != truth->restarted || !truth->restarted)
		return error_fail(err, -EBADMSG, "code and table of preemption disagree");
	return 0;
}

int truth_check(const struct binary *binary, const char *path, bool verbose, struct error *err)
{
	struct truth truth = { .path = path, .binary = binary };
	int r = disassembler_open(image_machine(binary->image), &truth.disassembler, err);

	if (r == 0)
		r = pclntab_load_pc_tables(binary->pclntab, binary->image, &truth.tables, err);
	if (r == 0) {
		truth.quantum = image_machine(binary->image) == MACHINE_ARM64 ? 4 : 1;
		r = functions_check(&truth, err);
		buffer_release(&truth.tables);
	}
	disassembler_close(truth.disassembler);
	return r;
}
