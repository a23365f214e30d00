/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_EBPF_MACHINE_H
#define GOHTTPSNOOP_TESTS_EBPF_MACHINE_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

enum { EBPF_REGIONS = 2, EBPF_FUNCTIONS = 3 };

/* Memory that the code may use. */
struct ebpf_region {
	uint64_t address;
	size_t size;
};

/* A function that the code may call: a helper of the kernel, by its number, or a place in the program. */
struct ebpf_function {
	int kind; /* 0, or BPF_PSEUDO_CALL */
	int number;
	uint64_t (*function)(const uint64_t *arguments);
};

struct ebpf_machine {
	struct ebpf_region regions[EBPF_REGIONS];
	struct ebpf_function functions[EBPF_FUNCTIONS];
};

/*
 * Runs a function whose two arguments are the begins of the regions, and returns its result. Aborts where a verifier
 * would refuse it: at an instruction that compiled plans do not need, a register without a value, memory outside of the
 * regions, a jump back or out of the code, an instruction that no path reaches.
 */
uint64_t ebpf_run(const struct ebpf_machine *machine, const struct bpf_insn *code, size_t count);

#endif
