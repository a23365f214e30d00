/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Facts from the running kernel: the current process and its ids, the port of a socket. */
#ifndef GOHTTPSNOOP_BPF_TASK_BPF_H
#define GOHTTPSNOOP_BPF_TASK_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* The inode of the tool's PID namespace, or 0 for the initial one, whose ids need no translation. */
const volatile __u32 pid_namespace;

/* Kernel structs with the members that are used. CO-RE finds these members in the running kernel. */
#define KERNEL_TYPE __attribute__((preserve_access_index))

struct ns_common {
	unsigned int inum;
} KERNEL_TYPE;

struct pid_namespace {
	struct ns_common ns;
} KERNEL_TYPE;

struct upid {
	int nr;
	struct pid_namespace *ns;
} KERNEL_TYPE;

struct pid {
	unsigned int level;
	struct upid numbers[1]; /* level + 1 of them */
} KERNEL_TYPE;

struct thread_struct {
	unsigned long fsbase;
} KERNEL_TYPE;

struct task_struct {
	struct thread_struct thread;
	struct task_struct *group_leader;
	struct pid *thread_pid;
} KERNEL_TYPE;

struct sock_common {
	__u16 skc_num; /* the local port */
} KERNEL_TYPE;

struct sock {
	struct sock_common __sk_common;
} KERNEL_TYPE;

enum {
	MAX_NAMESPACE_LEVELS = 33
}; /* the kernel's limit: MAX_PID_NS_LEVEL and the initial namespace */

/* Returns a task's id in the tool's PID namespace; 0 if it has none there. */
static __noinline __u64 read_namespace_pid(const struct task_struct *task)
{
	const struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);

	for (__u32 i = 0; i < MAX_NAMESPACE_LEVELS; i++) {
		const struct upid *number = &pid->numbers[i];

		if (i > level)
			break;
		if (BPF_CORE_READ(number, ns, ns.inum) == pid_namespace)
			return BPF_CORE_READ(number, nr);
	}
	return 0;
}

static __noinline __u64 read_namespace_process(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return read_namespace_pid(BPF_CORE_READ(task, group_leader)) << 32 |
	       read_namespace_pid(task);
}

/* Returns thread group id << 32 | thread id, as the tool sees them. */
static __always_inline __u64 read_process(void)
{
	return pid_namespace ? read_namespace_process() : bpf_get_current_pid_tgid();
}

/* Go's stack ABI has no register for g, which is in thread-local storage. */
static __noinline __u64 read_thread_pointer(void)
{
#if defined(__TARGET_ARCH_x86)
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread.fsbase);
#else
	return 0;
#endif
}

#endif
