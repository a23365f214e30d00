/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PLAN_CODE_H
#define GOHTTPSNOOP_CORE_PLAN_CODE_H

#include <stddef.h>

#include "contract.h"

struct bpf_insn;

/*
 * Translates short plans (plan.h) into instructions of eBPF (Linux,
 * Documentation/bpf/standardization/instruction-set.rst): the bodies of two functions of bpf/compiled.bpf.h. Their
 * arguments are the memory of the hit and the registers.
 */
enum {
	PLAN_CODE_PER_OPERATION = 24,
	PLAN_CODE_FRAME = 8,
	/* The most instructions of a body. */
	PLAN_CODE_MAX = PLAN_SHORT_OPERATIONS * PLAN_CODE_PER_OPERATION + PLAN_CODE_FRAME,
};

/* The places of the functions that the code calls, counted from the first instruction of the body. */
struct plan_callees {
	int add_string, read_user;
};

/* The body of run_plan(): straight through all operations; the first thing that cannot be read ends it. */
size_t plan_code_write_fast(const struct plan *plan, const struct plan_callees *callees,
			    struct bpf_insn *code);

/* The body of run_plan_carefully(): captures what is readable. */
size_t plan_code_write_careful(const struct plan *plan, const struct plan_callees *callees,
			       struct bpf_insn *code);

#endif
