/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The registers of the traced thread, which the kernel passes to a program as its context. */
#ifndef GOHTTPSNOOP_BPF_REGISTERS_BPF_H
#define GOHTTPSNOOP_BPF_REGISTERS_BPF_H

#include <linux/ptrace.h>
#include <linux/types.h>

#include "contract.h"
#include "scratch.bpf.h"
#include "task.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define PT_REGS_WORDS 21
#define PT_REGS_FLAGS 18
#elif defined(__TARGET_ARCH_arm64)
#define PT_REGS_WORDS 34
#define PT_REGS_FLAGS 33
#else
#error "unsupported architecture"
#endif

static __always_inline void load_thread_pointer(struct scratch *scratch, const struct plan *plan)
{
	if (plan->flags & PLAN_WANTS_THREAD_POINTER)
		((__u64 *)scratch->work)[PLAN_THREAD_POINTER] = read_thread_pointer();
}

static __always_inline void load_registers(struct scratch *scratch, const struct plan *plan,
					   const __u64 *context)
{
	__u64 *registers = (__u64 *)scratch->work;

	/* The verifier accepts only constant offsets into the context. */
#pragma unroll
	for (int i = 0; i < PT_REGS_WORDS; i++)
		registers[i] = context[i];
	load_thread_pointer(scratch, plan);
}

#endif
