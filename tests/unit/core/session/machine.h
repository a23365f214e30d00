/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_MACHINE_H
#define GOHTTPSNOOP_TESTS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/types.h>

#include "bytes.h"
#include "contract.h"

/*
 * A machine that exists in memory only: files, processes that run them, and the eBPF side with its maps,
 * probes and ring. fake_kernel.c and fake_processes.c replace the kernel for the code under test; a script
 * (script.h) makes things happen. The only machine is `machine`.
 */
enum {
	MACHINE_FILES = 32,
	MACHINE_PROCESSES = 64,
	MACHINE_PLANS = 64,
	MACHINE_PIDS = 1024,
	MACHINE_RECORDS = 4096,
};

/* The result of inspecting a file. */
enum machine_code {
	CODE_SERVER,  /* a Go program that serves HTTP */
	CODE_NOTHING, /* a Go program with nothing to trace */
	CODE_OTHER,   /* not a Go program */
	CODE_LIBRARY, /* a shared library in Go that serves HTTP */
};

/* The number of a file is its inode. */
struct machine_file {
	char path[64];
	enum machine_code code;
	uint32_t changes; /* how often its content or mode was changed */
	bool is_unlinked, is_recalled;
	size_t leases;	     /* the number of leases on it */
	bool refuses_leases; /* its file system does not support leases */
	bool is_copied;	     /* processes run a copy of it, which probes do not reach */
};

struct machine_process {
	uint32_t pid;
	size_t file;
	int end; /* an eventfd, readable when the process has ended */
	bool has_ended;
	uint16_t port;	     /* the port on which it listens, or 0 */
	size_t libraries[2]; /* the loaded libraries */
	size_t library_count;
};

struct machine_record {
	uint8_t *data;
	size_t size;
	bool is_half_written;
};

struct attachment;

struct fake_machine {
	struct machine_file files[MACHINE_FILES];
	size_t file_count;
	struct machine_process processes[MACHINE_PROCESSES];
	size_t process_count;
	uint64_t time;

	/* The eBPF side, as in bpf/process.bpf.h. */
	bool watch_all, ignores_processes; /* the latter: all records of processes get lost */
	uint16_t watched_port;
	uint64_t traced[MACHINE_PIDS]; /* by process: the entry, or 0 */
	uint64_t beginnings; /* how often a process executed a program or began to listen */
	/* By process: its number in `beginnings`, or 0. */
	uint64_t newcomers[MACHINE_PIDS], listeners[MACHINE_PIDS];
	uint64_t dismissed_newcomers[MACHINE_PIDS], dismissed_listeners[MACHINE_PIDS];
	uint32_t plan_roles[MACHINE_PLANS];
	bool plan_used[MACHINE_PLANS];
	struct attachment *attachments; /* a list */
	struct machine_record records[MACHINE_RECORDS];
	size_t written, read, capacity;
	size_t turn; /* the number of records that are read per turn of the loop */
	uint64_t lost[PLAN_ROLE_COUNT], lost_processes;

	/* This process executes another program while it is adopted. 0: none. */
	uint32_t late_pid;
	size_t late_file;

	/* Faults: the next calls of the operation with this name fail, or the n-th call of all. */
	const char *failing;
	int fail_code;
	size_t fail_count;
	size_t calls, failing_call;
	size_t open_descriptors;
};

extern struct fake_machine machine;

void machine_reset(void);

/* Returns the negative errno with which this call of the named operation has to fail, or 0. */
int machine_fails(const char *operation);

/* Return the file at the path, or a process by its number; call abort() if it does not exist. */
size_t machine_file_at(const char *path);
struct machine_process *machine_process_of(uint32_t pid);
/* Like machine_process_of(), but returns NULL if the process does not exist or has ended. */
struct machine_process *machine_find_process(uint32_t pid);

/* Events on the machine. */
void machine_create_file(const char *path, enum machine_code code);
void machine_unlink_file(const char *path);
void machine_run(uint32_t pid, const char *path); /* starts a process, or makes it exec */
/*
 * The process executes `path` when it is adopted the next time. If it already runs `path`, only the report of
 * that exec comes late.
 */
void machine_run_when_adopted(uint32_t pid, const char *path);
void machine_adopted(uint32_t pid);
void machine_fork(uint32_t pid, uint32_t child);
void machine_exit(uint32_t pid);
void machine_load(uint32_t pid, const char *path); /* loads a library */
void machine_listen(uint32_t pid, uint16_t port);
/* A thread of the process executes the probed instruction with this role, if there is a probe. */
void machine_hit(uint32_t pid, enum plan_role role, uint64_t key, const char *path,
		 uint32_t status);

/* The last record in the ring is still being written, or is now complete. */
void machine_set_half_written(bool is_half_written);

/*
 * For the fake kernel: returns the cookie of the probe with this role that fires for the process; 0 if there
 * is none.
 */
uint64_t kernel_fake_cookie(const struct machine_process *process, enum plan_role role);
/* Returns the number of attachments of files, or of single processes. */
size_t kernel_fake_attachments(bool of_files);
/* Whether hits of a process are reported although it is no target. */
bool kernel_fake_awaits_inspection(uint32_t pid);

#endif
