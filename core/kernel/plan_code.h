/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PLAN_CODE_H
#define GOHTTPSNOOP_CORE_PLAN_CODE_H

#include <stddef.h>

#include "contract.h"

struct bpf_insn;

/*
 * Translates a short plan (plan.h) into instructions of eBPF (Linux,
 * Documentation/bpf/standardization/instruction-set.rst): the body of run_plan() of bpf/compiled.bpf.h, whose arguments
 * are the memory of the hit and the registers.
 *
 * The fast code goes straight through the operations, as if everything could be read at once. At the first thing that
 * cannot, the careful code goes on from the same operation: it may sleep, and notes what is missing.
 */
enum {
	/* The most instructions of an operation in the fast code, on the way to the careful code, and there. */
	PLAN_CODE_PER_OPERATION = 12 + 4 + 24,
	PLAN_CODE_FRAME = 8,
	PLAN_CODE_MAX = PLAN_SHORT_OPERATIONS * PLAN_CODE_PER_OPERATION + PLAN_CODE_FRAME,
};

/* The places of the functions that the code calls, counted from the first instruction of the body. */
struct plan_callees {
	int add_string, read_user;
};

/* `code` has room for PLAN_CODE_MAX instructions. Returns the number of those that are written. */
size_t plan_code_write(const struct plan *plan, const struct plan_callees *callees,
		       struct bpf_insn *code);

#endif
