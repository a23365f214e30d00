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
	__u32 used;    /* bytes of the record used so far */
	__u32 cell;    /* number of the next cell */
	__u32 dropped; /* the hit has no record */
	__u32 reserved;
	__u64 readable[(PLAN_MAX_BLOCKS + 1) / 64]; /* bit n: block n was read */
	__u64 unreadable[PLAN_MAX_CELLS / 64];	    /* bit n: cell n could not be read */
	/* The bytes that were last read for a string: their address and their offset in the record. */
	__u64 window_address;
	__u32 window_size;
	__u32 window_offset;
};

/*
 * A hit owns a slot until its record is in the ring. A uprobe program does not migrate, but it can be preempted, and
 * a sleepable program sleeps in page faults, while other threads hit probes on the same CPU: so slots are claimed.
 * Each CPU has some slots; a hit that finds all of them in use takes a spare one.
 */
struct scratch {
	__u32 claimed;
	__u32 reserved;
	struct progress progress;
	struct search_progress search;
	__u8 work[PLAN_WORK_SIZE + PLAN_MAX_BLOCK_SIZE];
	__u8 record[]; /* RECORD_MAX_HEAD + payload_size + STRING_MAX_SIZE bytes, see kernel.c */
};

/* Not a per-CPU map: its values are limited to 32 KiB. User space knows the number of CPUs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS + SCRATCH_SPARE_SLOTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size,
	       sizeof(struct scratch) + RECORD_MAX_HEAD + DEFAULT_PAYLOAD_SIZE + STRING_MAX_SIZE);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_claim_slot(__u32 slot)
{
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);

	if (scratch && __sync_val_compare_and_swap(&scratch->claimed, 0, 1) == 0)
		return scratch;
	return NULL;
}

static __noinline struct scratch *scratch_claim_spare(void)
{
	for (__u32 slot = 0; slot < SCRATCH_SPARE_SLOTS; slot++) {
		struct scratch *scratch = scratch_claim_slot(slot);

		if (scratch)
			return scratch;
	}
	return NULL;
}

/* Returns NULL if all slots that it may take are in use. */
static __always_inline struct scratch *scratch_claim(void)
{
	__u32 first = SCRATCH_SPARE_SLOTS + bpf_get_smp_processor_id() * SCRATCH_SLOTS;

	for (__u32 i = 0; i < SCRATCH_SLOTS; i++) {
		struct scratch *scratch = scratch_claim_slot(first + i);

		if (scratch)
			return scratch;
	}
	return scratch_claim_spare();
}

static __always_inline void scratch_release(struct scratch *scratch)
{
	__sync_lock_test_and_set(&scratch->claimed, 0);
}

#endif
