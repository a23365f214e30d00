/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The stack frames of the eBPF functions. A hit can be preempted, and one that faults a page in sleeps,
 * while another thread hits a probe on the same CPU. Since Linux 6.13 (commit a76ab5731e32) the kernel
 * gives a program of which a function has a frame of 64 bytes or more a stack of its own for each CPU,
 * not for each thread: the second hit then overwrites what the first has there. The verifier rounds
 * frames up to 16 bytes, so no frame here may be larger than 48. Functions are split, and not inlined,
 * where that keeps them below; what does not fit into registers is in the scratch slot, which a hit has
 * for itself. tests/unit/bpf/test_frames.c holds the limit.
 */
#ifndef GOHTTPSNOOP_BPF_FRAME_BPF_H
#define GOHTTPSNOOP_BPF_FRAME_BPF_H

#include <bpf/bpf_helpers.h>

/*
 * Limits an integer in the register that is used afterwards. Where C compares, clang may compare a copy,
 * of which verifiers before Linux 6.8 do not know that it is one. Tests compile this for the host, where
 * there is no verifier.
 */
#ifdef __bpf__
#define LIMIT(value, most)                                    \
	asm volatile("if %[v] <= %[m] goto +1\n\t%[v] = %[m]" \
		     : [v] "+r"(value)                        \
		     : [m] "r"((__u64)(most)))
#else
#define LIMIT(value, most) ((value) = (value) > (__u64)(most) ? (__u64)(most) : (value))
#endif

#endif
