/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_BPF_CORE_READ_H
#define GOHTTPSNOOP_TESTS_BPF_CORE_READ_H

/*
 * Replaces libbpf's header of this name: the kernel's structs are defined by the test, and are read like any
 * other struct.
 */
#define CORE_READ_1(from, a) ((from)->a)
#define CORE_READ_2(from, a, b) ((from)->a->b)
#define CORE_READ_OF(from, a, b, name, ...) name
#define BPF_CORE_READ(from, ...) \
	CORE_READ_OF(from, __VA_ARGS__, CORE_READ_2, CORE_READ_1, )(from, __VA_ARGS__)

#endif
