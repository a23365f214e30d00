/* SPDX-License-Identifier: MIT */
#include "prologue.h"

enum { PROLOGUE_INSTRUCTIONS = 16 };

size_t prologue_read(const struct code_search *search, struct bytes code, struct site *site,
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
