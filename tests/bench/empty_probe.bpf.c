// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The programs that gohttpsnoop's program is measured against: one does nothing, the other only reads memory.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum { MAX_READS = 64, READ_SIZE = 64 };

/* Set by user space before loading. */
const volatile __u32 reads;

/* The target of the reads. */
__u8 bytes[READ_SIZE];

SEC("uprobe.multi.s")
int empty(void *context)
{
	(void)context;
	return 0;
}

SEC("uprobe.multi.s")
int read_stack(struct pt_regs *context)
{
	for (__u32 i = 0; i < reads && i < MAX_READS; i++)
		bpf_probe_read_user(bytes, sizeof(bytes), (const void *)PT_REGS_SP(context));
	return 0;
}
