// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The eBPF side: one program, an interpreter of plans, in the variants that the attachment methods need. It contains
 * no Go version, no offset and no choice of registers: those are in the plans, which user space makes (see
 * contract.h).
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "compiled.bpf.h"
#include "contract.h"
#include "interpreter.bpf.h"
#include "process.bpf.h"
#include "registers.bpf.h"
#include "ring.bpf.h"
#include "scratch.bpf.h"
#include "task.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum { PLAN_NUMBER_MASK = (1u << COOKIE_PLAN_BITS) - 1 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PLANS_MAX);
	__type(key, __u32);
	__type(value, struct plan);
} plans SEC(".maps");

/*
 * By the number in a probe's cookie, the number of the plan that took the place of that plan; 0: none did. Written by
 * user space when the plan is in its place. Only long plans are succeeded.
 */
__u16 successors[PLANS_MAX];

static __always_inline __u32 current_plan(__u32 number)
{
	__u32 successor = *(volatile __u16 *)&successors[number & (PLANS_MAX - 1)];

	return successor ? successor : number;
}

static __always_inline __u64 *lost_of(const struct plan *plan)
{
	return &lost[plan->role & PLAN_ROLE_MASK];
}

enum execution { SHORT, LONG, COMPILED };

/* Fills the record except its head. Returns false if the hit is to have none. */
static __always_inline bool fill_record(struct scratch *scratch, const struct plan *plan,
					const __u64 *context, enum execution execution)
{
	if (execution == COMPILED) {
		run_compiled(scratch, plan, context);
		return true;
	}
	load_registers(scratch, plan, context);
	interpret(scratch, plan, execution == LONG);
	return execution == SHORT || !scratch->progress.dropped;
}

/* Completes the head, which already has what begin_record() and the caller know, and submits the record. */
static __always_inline void submit_hit(struct scratch *scratch, const struct plan *plan)
{
	struct record_hit *hit = (struct record_hit *)scratch->record;
	__u64 size = scratch->progress.used;

	LIMIT(size, RECORD_END);
	hit->size = size;
	hit->kind = RECORD_HIT;
	hit->time = bpf_ktime_get_ns();
	hit->lost_calls = *(volatile __u64 *)&lost[PLAN_ROLE_CALL];
	submit(scratch->record, size, lost_of(plan));
}

static __always_inline int handle_hit(const __u64 *context, const struct plan *plan, __u64 cookie,
				      enum execution execution)
{
	__u64 flags = context[PT_REGS_FLAGS];
	struct scratch *scratch;
	struct record_hit *hit;
	__u64 process;

	if ((flags & plan->skip_if_set) | (~flags & plan->skip_if_clear))
		return 0;
	process = read_process();
	cookie = claim_hit(cookie, process >> 32);
	if (!cookie)
		return 0;
	scratch = scratch_claim();
	if (!scratch) {
		__sync_fetch_and_add(lost_of(plan), 1);
		return 0;
	}
	hit = (struct record_hit *)scratch->record;
	hit->cookie = cookie;
	hit->process = process;
	if (fill_record(scratch, plan, context, execution))
		submit_hit(scratch, plan);
	else
		__sync_fetch_and_add(&filtered, 1);
	scratch_release(scratch);
	return 0;
}

static __always_inline int handle_short(const __u64 *context, enum execution execution)
{
	__u64 cookie = bpf_get_attach_cookie((void *)context);
	__u32 number = cookie & PLAN_NUMBER_MASK;
	const struct plan *plan = bpf_map_lookup_elem(&plans, &number);

	return plan ? handle_hit(context, plan, cookie, execution) : 0;
}

static __always_inline int handle_long(const __u64 *context)
{
	__u64 cookie = bpf_get_attach_cookie((void *)context);
	__u32 number = current_plan(cookie & PLAN_NUMBER_MASK);
	const struct plan *plan = bpf_map_lookup_elem(&plans, &number);

	cookie = (cookie & ~(__u64)PLAN_NUMBER_MASK) | number;
	return plan ? handle_hit(context, plan, cookie, LONG) : 0;
}

/* For short plans. */
SEC("uprobe.multi.s")
int hit_multi_sleepable(const __u64 *context)
{
	return handle_short(context, SHORT);
}

SEC("uprobe.s")
int hit_single_sleepable(const __u64 *context)
{
	return handle_short(context, SHORT);
}

SEC("uprobe")
int hit_single(const __u64 *context)
{
	return handle_short(context, SHORT);
}

/* For all plans: Linux 5.17, for bpf_loop(). */
SEC("uprobe.multi.s")
int hit_long_multi_sleepable(const __u64 *context)
{
	return handle_long(context);
}

SEC("uprobe.s")
int hit_long_single_sleepable(const __u64 *context)
{
	return handle_long(context);
}

SEC("uprobe")
int hit_long_single(const __u64 *context)
{
	return handle_long(context);
}

/* Copies of this one are loaded, each for one short plan. */
SEC("uprobe.multi.s")
int hit_compiled_multi_sleepable(const __u64 *context)
{
	return handle_short(context, COMPILED);
}
