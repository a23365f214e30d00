/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_FEATURES_H
#define GOHTTPSNOOP_CORE_KERNEL_FEATURES_H

#include "answer.h"
#include "kernel_facts.h"

/*
 * The features of the running kernel that gohttpsnoop needs. Each answer is found by trying,
 * because distributions backport features to old releases and omit others from new releases. If
 * trying is not permitted, the answer is "unknown".
 */
struct kernel_features {
	int bpf_call; /* errno of a bpf(2) call without a valid command: EINVAL if the call is not blocked */
	int perf_call;		  /* errno of the same test with perf_event_open(2) */
	enum answer programs;	  /* eBPF programs of the type for probes */
	enum answer types;	  /* type information of the kernel (BTF) */
	enum answer jit;	  /* eBPF programs are compiled */
	enum answer read_kernel;  /* eBPF programs may read kernel memory; lockdown forbids it */
	enum answer cookies;	  /* bpf_get_attach_cookie(): Linux 5.15 */
	enum answer loops;	  /* bpf_loop(): Linux 5.17 */
	enum answer exchange;	  /* atomic compare and exchange: Linux 5.12 */
	enum answer sleepable;	  /* uprobe programs that may fault pages in: Linux 6.0 */
	enum answer multi_links;  /* uprobe_multi: Linux 6.6 */
	enum answer memory_group; /* eBPF memory does not count for RLIMIT_MEMLOCK: Linux 5.11 */
	enum answer perf_events;  /* uprobes as perf events */
	int perf_open; /* errno of opening a perf event for no file: ENOTDIR if that is permitted */
	/*
	 * Whether perf events need CAP_SYS_ADMIN: Linux 6.16 and kernels with the backport, see the
	 * .c file.
	 */
	enum answer perf_needs_admin;
};

/* Takes about 10 ms. Must be called before other threads exist and before other uses of libbpf. */
void kernel_features_probe(const struct kernel_facts *facts, struct kernel_features *ret_features);

#endif
