/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The ring buffer of records, and counters of lost records. */
#ifndef GOHTTPSNOOP_BPF_RING_BPF_H
#define GOHTTPSNOOP_BPF_RING_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "contract.h"

/* The reader sets this before it sleeps. The first record after that wakes the reader. */
volatile __u32 reader_asleep;

/* Numbers of records that could not be submitted: by plan role, and of records about processes. */
__u64 lost[PLAN_ROLE_MASK + 1];
__u64 lost_processes;

/* Number of hits without a record because of PLAN_KEEP. */
__u64 filtered;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} ring SEC(".maps");

/*
 * Submitting wakes the reader only if the reader has announced that it sleeps, because a wakeup costs more than the
 * rest of a hit. The commit inside bpf_ringbuf_output() is a full barrier, and so is the exchange by which the reader
 * announces its sleep: either this function sees the announcement, or the reader sees the record. The word is cleared
 * only when a wakeup is certain: this thread may be stopped in between, and other threads, which then do not wake the
 * reader, would fill the ring.
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
 * Copies the record into the ring, or counts it in `lost` if there is no room. A record may leave no room for the
 * reservation in wake_reader(), so it wakes the reader itself, too.
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
