/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which processes hits are reported for, and notifications of exec and listen. */
#ifndef GOHTTPSNOOP_BPF_PROCESS_BPF_H
#define GOHTTPSNOOP_BPF_PROCESS_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "contract.h"
#include "ring.bpf.h"
#include "task.bpf.h"

/* Whether to report every exec, or only those of processes in `traced`. */
const volatile bool watch_all;

/* The TCP ports of the rules: a process that listens on one is reported. */
const volatile __u16 ports[WATCHED_PORTS];
const volatile __u32 port_count;

/* The processes that are targets, by thread group id in the tool's PID namespace; see contract.h. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u64);
} traced SEC(".maps");

/*
 * Processes that began to run another program, and processes that began to listen on a port of the rules, with the
 * time of that. User space, after it has inspected one that matches no rule, enters the time that it inspected in
 * dismissed_newcomers or dismissed_listeners. It removes nothing: the process may have begun something else meanwhile,
 * which has another time. If user space falls behind, the oldest entries are evicted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u64);
} newcomers SEC(".maps"), listeners SEC(".maps"), dismissed_newcomers SEC(".maps"),
	dismissed_listeners SEC(".maps");

/* The memory of an entry may be given to another process before it is read: then the times differ, too. */
static __always_inline bool awaits_inspection(void *begun, void *dismissed, __u32 pid)
{
	const volatile __u64 *time = bpf_map_lookup_elem(begun, &pid);
	const volatile __u64 *inspected = time ? bpf_map_lookup_elem(dismissed, &pid) : NULL;

	return time && (!inspected || *inspected != *time);
}

static __always_inline void begin(void *begun, __u32 pid)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(begun, &pid, &now, BPF_ANY);
}

static __noinline bool may_be_wanted(__u32 pid)
{
	return awaits_inspection(&newcomers, &dismissed_newcomers, pid) ||
	       (port_count && awaits_inspection(&listeners, &dismissed_listeners, pid));
}

/* Returns the entry of a traced process, or 0. */
static __always_inline __u64 traced_entry(__u32 pid)
{
	const volatile __u64 *slot = bpf_map_lookup_elem(&traced, &pid);
	__u64 entry = slot ? *slot : 0;

	return entry >> TRACED_PROCESS_SHIFT == pid ? entry : 0;
}

/*
 * Returns the cookie of a whole file's probe with the process and the target of the hit. 0 if the hit is not
 * reported: children that share a breakpoint, and processes that run the file but match no rule, are in no map.
 */
static __noinline __u64 complete_cookie(__u64 cookie, __u32 pid)
{
	__u64 entry, target;

	if (!pid) /* not in the tool's PID namespace */
		return 0;
	entry = traced_entry(pid);
	if (entry && !(entry & TRACED_BY_FILE))
		return 0;
	if (!entry && !may_be_wanted(pid))
		return 0;
	target = entry & TRACED_TARGET_MASK;
	return cookie | (__u64)pid << COOKIE_PROCESS_SHIFT | target << COOKIE_PLAN_BITS;
}

/*
 * Returns the cookie for the record of a hit, or 0 if the hit is in another process than the one that its probe is
 * for.
 */
static __always_inline __u64 claim_hit(__u64 cookie, __u32 pid)
{
	__u64 owner = cookie >> COOKIE_PROCESS_SHIFT;

	if (!owner)
		return complete_cookie(cookie, pid);
	return owner == pid ? cookie : 0;
}

static __noinline int submit_process(__u16 kind, __u16 port, __u32 pid)
{
	struct record_process record = {
		.size = sizeof(record),
		.kind = kind,
		.port = port,
		.pid = pid,
	};

	submit(&record, sizeof(record), &lost_processes);
	return 0;
}

/* Arguments: the task, its previous thread id, the linux_binprm. */
SEC("raw_tp/sched_process_exec")
int note_exec(void *context __attribute__((unused)))
{
	__u32 pid = read_process() >> 32;

	if (!pid || (!watch_all && !bpf_map_lookup_elem(&traced, &pid)))
		return 0;
	/* From now on the process is not that target any more. */
	bpf_map_delete_elem(&traced, &pid);
	bpf_map_delete_elem(&listeners, &pid);
	if (watch_all)
		begin(&newcomers, pid);
	return submit_process(RECORD_EXEC, 0, pid);
}

static __noinline bool is_asked_for(__u16 port)
{
	for (__u32 i = 0; i < WATCHED_PORTS; i++) {
		if (i < port_count && ports[i] == port)
			return true;
	}
	return false;
}

enum { TCP_LISTEN = 10 }; /* linux net/tcp_states.h */

/* Arguments: the socket, its old state, its new state. */
SEC("raw_tp/inet_sock_set_state")
int note_listen(struct bpf_raw_tracepoint_args *context)
{
	const struct sock *sock = (const void *)context->args[0];
	__u32 pid = read_process() >> 32;
	__u16 port;

	if (!pid || context->args[2] != TCP_LISTEN)
		return 0;
	port = BPF_CORE_READ(sock, __sk_common.skc_num);
	if (!is_asked_for(port))
		return 0;
	begin(&listeners, pid);
	return submit_process(RECORD_LISTEN, port, pid);
}

#endif
