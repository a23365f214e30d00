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
 * probes and ring. fake_kernel.c and fake_processes.c show it to the code under test as the kernel shows the
 * real one; a script (script.h) has things happen on it. There is one, in `machine`.
 */
enum {
	MACHINE_FILES = 32,
	MACHINE_PROCESSES = 64,
	MACHINE_PLANS = 64,
	MACHINE_PIDS = 1024,
	MACHINE_RECORDS = 4096,
};

/* What inspecting a file finds. */
enum machine_code {
	CODE_SERVER,  /* a Go program that serves HTTP */
	CODE_NOTHING, /* a Go program with nothing to trace */
	CODE_OTHER,   /* no Go program */
	CODE_LIBRARY, /* a shared library in Go that serves HTTP */
};

/* Its number is its inode. */
struct machine_file {
	char path[64];
	enum machine_code code;
	uint32_t changes; /* how often it was written to, or had its rights changed */
	bool is_unlinked, is_recalled;
	size_t leases;	     /* that are held on it */
	bool refuses_leases; /* its file system has none */
	bool is_copied;	     /* processes run a copy of it, which probes do not reach */
};

struct machine_process {
	uint32_t pid;
	size_t file;
	int end; /* an eventfd, readable when the process has ended */
	bool has_ended;
	uint16_t port;	     /* that it listens on, or 0 */
	size_t libraries[2]; /* files that it has loaded */
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
	bool watch_all, ignores_processes; /* the latter: no record of them gets through */
	uint16_t watched_port;
	uint64_t traced[MACHINE_PIDS]; /* by process: the entry, or 0 */
	uint64_t beginnings;	       /* how often a process began to run a program or to listen */
	/* By process: the number of its beginning, or 0. */
	uint64_t newcomers[MACHINE_PIDS], listeners[MACHINE_PIDS];
	uint64_t dismissed_newcomers[MACHINE_PIDS], dismissed_listeners[MACHINE_PIDS];
	uint32_t plan_roles[MACHINE_PLANS];
	bool plan_used[MACHINE_PLANS];
	struct attachment *attachments; /* a list */
	struct machine_record records[MACHINE_RECORDS];
	size_t written, read, capacity;
	size_t turn; /* so many records are read before the loop gets its turn */
	uint64_t lost[PLAN_ROLE_COUNT], lost_processes;

	/* The process that runs another program when it is adopted, and which. 0: none. */
	uint32_t late_pid;
	size_t late_file;

	/* Faults: the next calls of the operation with this name fail, or the n-th of all. */
	const char *failing;
	int fail_code;
	size_t fail_count;
	size_t calls, failing_call;
	size_t open_descriptors;
};

extern struct fake_machine machine;

void machine_reset(void);

/* Whether this call of the named operation is to fail: 0, or the negative errno. */
int machine_fails(const char *operation);

/* The file at the path, or a process by its number; abort() when there is none. */
size_t machine_file_at(const char *path);
struct machine_process *machine_process_of(uint32_t pid);
/* The same, NULL when there is none. A process that has ended is none. */
struct machine_process *machine_find_process(uint32_t pid);

/* What happens on it. */
void machine_create_file(const char *path, enum machine_code code);
void machine_unlink_file(const char *path);
void machine_run(uint32_t pid, const char *path); /* a new process, or one that is there, execs */
/* The process runs this when it is adopted the next time; if it is what it runs, only the report of exec comes late. */
void machine_run_when_adopted(uint32_t pid, const char *path);
void machine_adopted(uint32_t pid);
void machine_fork(uint32_t pid, uint32_t child);
void machine_exit(uint32_t pid);
void machine_load(uint32_t pid, const char *path); /* a library */
void machine_listen(uint32_t pid, uint16_t port);
/* A thread of the process executes the probed instruction of this role, if it has a probe. */
void machine_hit(uint32_t pid, enum plan_role role, uint64_t key, const char *path,
		 uint32_t status);

/* The last record in the ring is still being written, or is complete now. */
void machine_set_half_written(bool is_half_written);

/* Of the fake kernel: whether a probe of `role` fires for the process, and with which cookie; 0: none does. */
uint64_t kernel_fake_cookie(const struct machine_process *process, enum plan_role role);
/* How many attachments of files, or of single processes, there are. */
size_t kernel_fake_attachments(bool of_files);
/* Whether hits of a process that is no target are reported. */
bool kernel_fake_awaits_inspection(uint32_t pid);

#endif
