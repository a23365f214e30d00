/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The program of one short plan. User space loads a copy of it in which the instructions of the plan are the body of a
 * function: a straight line of reads and copies, without a loop, and without loading operations.
 */
#ifndef GOHTTPSNOOP_BPF_COMPILED_BPF_H
#define GOHTTPSNOOP_BPF_COMPILED_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include "contract.h"
#include "interpreter.bpf.h"
#include "registers.bpf.h"
#include "scratch.bpf.h"
#include "user_memory.bpf.h"

/*
 * Fills the cells and the payload of the record. The body in the object file brings the functions that the code of plans
 * calls into the program, in this order, and has the mark. The compiler must not know what the function does.
 */
#ifdef __bpf__
static __noinline int run_plan(struct scratch *scratch, const __u64 *context)
{
	int result;

	add_string(scratch, context[0], 0, 0, 0);
	read_user(scratch->work, sizeof(__u64), context[0]);
	asm volatile("%[r] = %[m]" : [r] "=r"(result) : [m] "i"(COMPILED_MARK) : "memory");
	return result;
}
#else
int run_plan(struct scratch *scratch,
	     const __u64 *context); /* of the tests, which have an eBPF machine */
#endif

/*
 * Never true. The verifier cannot know that, so the functions above stay parts of the program, for plans that do
 * not call them, too: it refuses what no path reaches.
 */
static __always_inline bool keeps_callees(const struct plan *plan)
{
	return plan->cell_count > PLAN_MAX_CELLS;
}

/* Fills the record except its head. */
static __always_inline void run_compiled(struct scratch *scratch, const struct plan *plan,
					 const __u64 *context)
{
	load_thread_pointer(scratch, plan);
	begin_record(scratch, plan);
	run_plan(scratch, context);
	if (keeps_callees(plan))
		add_string(scratch, 0, 0, 0, 0);
}

#endif
