/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The stack frames of the eBPF functions. A hit can be preempted, or sleep while a page is faulted in, while another
 * thread hits a probe on the same CPU. Since Linux 6.13 (commit a76ab5731e32) a program with a function whose frame
 * has 64 bytes or more gets one stack for each CPU, not for each thread: the second hit then overwrites the frames of
 * the first. The verifier rounds frames up to 16 bytes, so no frame here may be larger than 48. Functions are split,
 * and not inlined, where this keeps frames small enough; other state is in the scratch slot, which belongs to one
 * hit. tests/unit/bpf/test_frames.c checks the limit.
 */
#ifndef GOHTTPSNOOP_BPF_FRAME_BPF_H
#define GOHTTPSNOOP_BPF_FRAME_BPF_H

#include <bpf/bpf_helpers.h>

/*
 * Limits an integer in the register that is used afterwards. For a comparison in C, clang may compare a copy, and
 * verifiers before Linux 6.8 do not know that it is a copy. Tests compile this for the host, where there is no
 * verifier.
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
