/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_NATIVE_PROGRAM_H
#define GOHTTPSNOOP_TESTS_NATIVE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract.h"
#include "fake_memory.h"

/*
 * The eBPF programs of bpf/, compiled for the host, and what the kernel is to them: maps, a ring, a thread that
 * hits a probe. A test sets what stands here, runs a program and looks at the records.
 */
enum { NATIVE_MAX_ENTRIES = 16, NATIVE_REGISTER_WORDS = PLAN_REGISTER_WORDS - 1 };

struct native_map {
	struct {
		bool used;
		uint32_t key;
		uint64_t value;
	} entries[NATIVE_MAX_ENTRIES];
};

struct native_machine {
	/* The thread that runs. */
	struct fake_memory memory;
	uint64_t registers[NATIVE_REGISTER_WORDS]; /* in the order of pt_regs */
	uint64_t cookie;			   /* of the probe it hit */
	uint32_t process, thread;
	uint32_t namespace_process, namespace_thread; /* its numbers in the namespace 7 */
	uint64_t thread_pointer;
	uint64_t time;
	uint32_t cpu;

	/* Maps. */
	const struct plan *plan;      /* number 1 */
	const struct plan *successor; /* number 2, which takes its place for long plans; or NULL */
	bool only_short_plans;	      /* plans are kept without what only long ones have */
	struct native_map traced, newcomers, listeners, dismissed_newcomers, dismissed_listeners;

	/* Memory that is not resident: below this address nothing can be read without sleeping. */
	uint64_t resident_from;

	/* What the programs submitted: the last record, and how many. */
	uint8_t record[PAYLOAD_MAX_SIZE];
	size_t record_size;
	size_t record_count;
	uint64_t record_flags; /* how it was submitted */
	size_t nudge_count;    /* how often the reader was woken for no record */
	bool ring_is_full;
};

/* What user space sets before the programs are loaded. */
struct native_options {
	bool may_sleep, watch_all;
	uint16_t port; /* 0: none */
	uint32_t pid_namespace;
};

/* Begins anew with this machine, which outlives what is run. */
void native_start(struct native_machine *machine, struct native_options options);
void native_stop(void);

/* One hit of a probe, by one of the programs. */
enum native_program { NATIVE_SHORT, NATIVE_LONG };
void native_hit(enum native_program program);
/* Claims this many scratch slots of the processor that runs; or gives all back. */
void native_take_scratches(size_t count);
void native_give_scratches(void);

void native_exec(void);
void native_listen(uint16_t port, uint32_t state);

uint64_t native_lost(uint32_t role);
uint64_t native_lost_processes(void);
void native_reader_sleeps(void);
bool native_reader_is_asleep(void);

void native_map_set(struct native_map *map, uint32_t key, uint64_t value);
bool native_map_has(const struct native_map *map, uint32_t key);

#endif
