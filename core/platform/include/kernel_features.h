/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_FEATURES_H
#define GOHTTPSNOOP_CORE_KERNEL_FEATURES_H

#include "answer.h"
#include "kernel_facts.h"

/*
 * What the running kernel can do, as far as gohttpsnoop needs it. Each answer was found by trying:
 * distributions add features to old releases, and leave some out of new ones. Where trying is not
 * permitted the answer is unknown.
 */
struct kernel_features {
	int bpf_call;  /* errno of bpf(2) asked for nothing: EINVAL where the call gets through */
	int perf_call; /* the same of perf_event_open(2) */
	enum answer programs;	  /* eBPF programs of the type that probes take */
	enum answer types;	  /* the kernel's BTF */
	enum answer jit;	  /* eBPF programs are compiled */
	enum answer read_kernel;  /* they may read kernel memory; not so under lockdown */
	enum answer cookies;	  /* bpf_get_attach_cookie(): Linux 5.15 */
	enum answer loops;	  /* bpf_loop(): Linux 5.17 */
	enum answer exchange;	  /* atomic compare and exchange: Linux 5.12 */
	enum answer sleepable;	  /* uprobe programs that may fault pages in: Linux 6.0 */
	enum answer multi_links;  /* uprobe_multi: Linux 6.6 */
	enum answer memory_group; /* memory of eBPF is not taken from RLIMIT_MEMLOCK: Linux 5.11 */
	enum answer perf_events;  /* uprobes as perf events */
	int perf_open; /* errno of opening one on no file: ENOTDIR where that is permitted */
	/* Whether that takes CAP_SYS_ADMIN: Linux 6.16 and what the commit went back to, see the .c */
	enum answer perf_needs_admin;
};

/* Takes some 10 ms. To be called before there are other threads, and before libbpf is used otherwise. */
void kernel_features_probe(const struct kernel_facts *facts, struct kernel_features *ret_features);

#endif
