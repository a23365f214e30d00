/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The program of one short plan. User space loads a copy of it in which the instructions of the plan are the bodies of
 * two functions: straight lines of reads and copies, without a loop, and without loading operations.
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

#ifdef __bpf__
/*
 * Marks a body, and brings the functions that bodies call into the program. The compiler must not know what the body
 * does.
 */
#define BODY(mark, scratch, context)                                                       \
	do {                                                                               \
		int result;                                                                \
                                                                                           \
		add_string(scratch, (context)[0], 0, 0, 0);                                \
		read_user((scratch)->work, sizeof(__u64), (context)[0]);                   \
		asm volatile("%[r] = %[m]" : [r] "=r"(result) : [m] "i"(mark) : "memory"); \
		return result;                                                             \
	} while (0)

/* Copies all cells and strings into the record. Returns 0 if something could not be read at once. */
static __noinline int run_plan(struct scratch *scratch, const __u64 *context)
{
	BODY(FAST_MARK, scratch, context);
}

/* Copies all that can be read. */
static __noinline int run_plan_carefully(struct scratch *scratch, const __u64 *context)
{
	BODY(CAREFUL_MARK, scratch, context);
}
#else /* Tests have an eBPF machine for the bodies. */
int run_plan(struct scratch *scratch, const __u64 *context);
int run_plan_carefully(struct scratch *scratch, const __u64 *context);
#endif

/*
 * Never true. The verifier cannot know that, so the functions that bodies call stay parts of the program, which it
 * requires, for plans that do not call them, too.
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
	if (run_plan(scratch, context))
		return;
	begin_record(scratch, plan);
	run_plan_carefully(scratch, context);
	if (keeps_callees(plan))
		add_string(scratch, 0, 0, 0, 0);
}

#endif
