/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_NATIVE_PROGRAM_H
#define GOHTTPSNOOP_TESTS_NATIVE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract.h"
#include "fake_memory.h"

/*
 * The eBPF programs of bpf/, compiled for the host, and a simulated kernel: maps, a ring, a thread that hits
 * a probe. A test sets the fields below, runs a program and looks at the records.
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
	uint64_t cookie;			   /* of the hit probe */
	uint32_t process, thread;
	uint32_t namespace_process, namespace_thread; /* its ids in the namespace 7 */
	uint64_t thread_pointer;
	uint64_t time;
	uint32_t cpu;

	/* Maps. */
	const struct plan *plan;      /* number 1 */
	const struct plan *successor; /* number 2, which replaces number 1 for long plans; or NULL */
	bool only_short_plans;	      /* the map's values have no room for long plans */
	struct native_map traced, newcomers, listeners, dismissed_newcomers, dismissed_listeners;

	/* Memory below this address is not resident: it cannot be read without sleeping. */
	uint64_t resident_from;

	/* The last record that the programs submitted, and the number of all records. */
	uint8_t record[PAYLOAD_MAX_SIZE];
	size_t record_size;
	size_t record_count;
	uint64_t record_flags; /* the flags with which it was submitted */
	size_t nudge_count;    /* how often the reader was woken without a record */
	bool ring_is_full;
};

/* What user space sets before the programs are loaded. */
struct native_options {
	bool may_sleep, watch_all;
	uint16_t port; /* 0: none */
	uint32_t pid_namespace;
};

/* Starts anew with this machine, which has to live until native_stop(). */
void native_start(struct native_machine *machine, struct native_options options);
void native_stop(void);

/* Runs one of the programs for one hit of a probe. */
enum native_program { NATIVE_SHORT, NATIVE_LONG, NATIVE_COMPILED };
void native_hit(enum native_program program);
/* Claims this many scratch slots of the current processor. native_give_scratches() releases all slots. */
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
