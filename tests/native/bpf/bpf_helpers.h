/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_BPF_HELPERS_H
#define GOHTTPSNOOP_TESTS_BPF_HELPERS_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stddef.h>

/*
 * Replaces libbpf's header of this name, so that the files of bpf/ compile for the host. native_program.c
 * does what the kernel does for a program.
 */
#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) __typeof__(value) *name
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __noinline __attribute__((noinline))

long bpf_probe_read_user(void *target, __u32 size, const void *address);
long bpf_copy_from_user(void *target, __u32 size, const void *address);

void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
long bpf_map_delete_elem(void *map, const void *key);

long bpf_ringbuf_output(void *ring, void *record, __u64 size, __u64 flags);
void *bpf_ringbuf_reserve(void *ring, __u64 size, __u64 flags);
void bpf_ringbuf_discard(void *record, __u64 flags);

__u64 bpf_get_attach_cookie(void *context);
__u64 bpf_get_current_pid_tgid(void);
__u64 bpf_get_current_task(void);
__u32 bpf_get_smp_processor_id(void);
__u64 bpf_ktime_get_ns(void);

/* Expands to a statement. The callback `turn` returns 1 to end the loop. */
#define bpf_loop(turns, turn, context, flags)                                                   \
	for (__u32 turn_##turn = 0; turn_##turn < (turns) && (turn)(turn_##turn, context) == 0; \
	     turn_##turn++)

#endif
