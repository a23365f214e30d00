/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What goes to user space, and the count of what does not. */
#ifndef GOHTTPSNOOP_BPF_RING_BPF_H
#define GOHTTPSNOOP_BPF_RING_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "contract.h"

/* The reader raises this before it sleeps and the first record after that wakes it. */
volatile __u32 reader_asleep;

/* Records that could not be submitted, by plan role; and those about processes. */
__u64 lost[PLAN_ROLE_COUNT];
__u64 lost_processes;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} ring SEC(".maps");

/*
 * Submitting never wakes the reader, which costs more than everything else here, unless the reader
 * said it sleeps. The commit inside bpf_ringbuf_output() is a full barrier, as is the exchange the
 * reader announces its sleep with: either this sees the announcement or the reader sees the record.
 * The word is lowered when it is certain that a wakeup follows: this thread may stand still in between,
 * and others, who then leave the reader alone, fill the ring.
 */
static __noinline void wake_reader(void)
{
	void *nudge = bpf_ringbuf_reserve(&ring, 8, 0);
	if (!nudge)
		return;
	reader_asleep = 0;
	bpf_ringbuf_discard(nudge, BPF_RB_FORCE_WAKEUP);
}

/*
 * Copies the record into the ring; counts it in `lost` when there is no room. One that leaves none for the
 * nudge has to wake the reader itself.
 */
static __always_inline void submit(const void *record, __u64 size, __u64 *lost_count)
{
	__u64 flags = reader_asleep ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

	if (bpf_ringbuf_output(&ring, (void *)record, size, flags))
		__sync_fetch_and_add(lost_count, 1);
	if (reader_asleep)
		wake_reader();
}

#endif
