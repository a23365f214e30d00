/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads the memory of the traced process. */
#ifndef GOHTTPSNOOP_BPF_USER_MEMORY_BPF_H
#define GOHTTPSNOOP_BPF_USER_MEMORY_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "contract.h"
#include "frame.bpf.h"

/* Whether the programs are loaded as sleepable programs. Set by user space before loading. */
const volatile bool may_sleep;

/* Reads user memory. A page that is not resident is faulted in if the program may sleep. */
static __noinline __attribute__((used)) bool read_user(void *target, __u32 size, __u64 address)
{
	if (address < LOWEST_POINTER)
		return false;
	if (bpf_probe_read_user(target, size, (const void *)address) == 0)
		return true;
	return may_sleep && bpf_copy_from_user(target, size, (const void *)address) == 0;
}

#endif
