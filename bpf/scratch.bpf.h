/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The memory in which a record is built. */
#ifndef GOHTTPSNOOP_BPF_SCRATCH_BPF_H
#define GOHTTPSNOOP_BPF_SCRATCH_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "contract.h"
#include "search.bpf.h"

enum {
	RECORD_MAX_HEAD = sizeof(struct record_hit) + 8 * PLAN_MAX_CELLS,
	DEFAULT_PAYLOAD_SIZE = 8192,
};

/* Set by user space before loading. */
const volatile __u32 payload_size = DEFAULT_PAYLOAD_SIZE;

/*
 * Strings that do not fit before this offset are cut. STRING_MAX_SIZE more bytes follow: the verifier cannot relate a
 * size to an offset, and bytes that are read ahead may extend into them.
 */
#define RECORD_END (RECORD_MAX_HEAD + payload_size)

/*
 * The state of the interpreter for one record. It is in map memory, not in registers, because the verifier makes no
 * assumptions about map memory: each iteration of the loop looks like the one before.
 */
struct progress {
	__u32 used;	  /* bytes of the record used so far */
	__u32 payload_at; /* offset of the payload in the record */
	/* The bytes that were last read for a string: their address and their offset in the record. */
	__u64 window_address;
	__u32 window_size;
	__u32 window_offset;
	/* Of the interpreter: */
	__u32 cell;				    /* number of the next cell */
	__u32 dropped;				    /* the hit has no record */
	__u64 readable[(PLAN_MAX_BLOCKS + 1) / 64]; /* bit n: block n was read */
};

enum claim { CLAIM_NONE, CLAIM_OF_CPU, CLAIM_SPARE };

/*
 * A hit owns a slot until its record is in the ring. A uprobe program does not migrate, but it can be preempted, and
 * a sleepable program sleeps in page faults, while other threads hit probes on the same CPU: so slots are claimed.
 * Each CPU has some slots; a hit that finds all of them in use takes a spare one.
 */
struct scratch {
	__u32 claimed; /* enum claim */
	__u32 reserved;
	struct progress progress;
	struct search_progress search;
	__u8 work[PLAN_WORK_SIZE + PLAN_MAX_BLOCK_SIZE];
	__u8 record[]; /* RECORD_MAX_HEAD + payload_size + STRING_MAX_SIZE bytes, see kernel.c */
};

_Static_assert(__builtin_offsetof(struct scratch, progress.readable) == SCRATCH_READABLE_AT,
	       "see contract.h");
_Static_assert(__builtin_offsetof(struct scratch, work) == SCRATCH_WORK_AT, "see contract.h");
_Static_assert(__builtin_offsetof(struct scratch, record) == SCRATCH_RECORD_AT, "see contract.h");

/* Not a per-CPU map: its values are limited to 32 KiB. User space knows the number of CPUs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS + SCRATCH_SPARE_SLOTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size,
	       sizeof(struct scratch) + RECORD_MAX_HEAD + DEFAULT_PAYLOAD_SIZE + STRING_MAX_SIZE);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_claim_slot(__u32 slot, enum claim claim)
{
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);

	if (scratch &&
	    __sync_val_compare_and_swap(&scratch->claimed, CLAIM_NONE, claim) == CLAIM_NONE)
		return scratch;
	return NULL;
}

/* One of the CPU's other slots, or a spare one. */
static __noinline struct scratch *scratch_claim_other(__u32 first)
{
	for (__u32 i = 1; i < SCRATCH_SLOTS; i++) {
		struct scratch *scratch = scratch_claim_slot(first + i, CLAIM_OF_CPU);

		if (scratch)
			return scratch;
	}
	for (__u32 slot = 0; slot < SCRATCH_SPARE_SLOTS; slot++) {
		struct scratch *scratch = scratch_claim_slot(slot, CLAIM_SPARE);

		if (scratch)
			return scratch;
	}
	return NULL;
}

/* Returns NULL if all slots that it may take are in use. */
static __always_inline struct scratch *scratch_claim(void)
{
	__u32 first = SCRATCH_SPARE_SLOTS + bpf_get_smp_processor_id() * SCRATCH_SLOTS;
	struct scratch *scratch = scratch_claim_slot(first, CLAIM_OF_CPU);

	return scratch ? scratch : scratch_claim_other(first);
}

/*
 * The next owner of a CPU's slot runs on the same CPU, which sees its own stores in order. Another CPU may take a spare
 * slot: the exchange is a barrier. It costs as much as half a read of user memory, because it waits for all stores.
 */
static __always_inline void scratch_release(struct scratch *scratch)
{
	if (scratch->claimed == CLAIM_SPARE)
		__sync_lock_test_and_set(&scratch->claimed, CLAIM_NONE);
	else
		*(volatile __u32 *)&scratch->claimed = CLAIM_NONE;
}

#endif
