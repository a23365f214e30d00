/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROCESS_H
#define GOHTTPSNOOP_CORE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "container.h"
#include "error.h"

#define PROCESS_MAX_PATH 4096

/*
 * Identifies a file and its contents: an inspection of the file is valid as long as all members are
 * the same.
 */
struct file_identity {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
	struct timespec
		changed; /* ctime: it cannot be set back after the file was overwritten in place */
};

/* Returns a negative errno if the file cannot be accessed. */
int file_identity_read(const char *path, struct file_identity *ret_identity);
int file_identity_of(int descriptor, struct file_identity *ret_identity);
/* Whether the file exists and is executable. */
bool file_is_executable(const char *path);
bool file_identity_equal(const struct file_identity *a, const struct file_identity *b);
/* Whether it is the same file, perhaps with another content. */
bool file_identity_same_inode(const struct file_identity *a, const struct file_identity *b);

/* A running process, as /proc shows it. */
struct process {
	uint32_t pid;
	int descriptor; /* pidfd: readable after the process has ended; never refers to another process */
	char comm[16];
	char exe[PROCESS_MAX_PATH]; /* the target of the link /proc/PID/exe, for messages */
	struct file_identity file;  /* the executable */
};

/*
 * "/proc/1234/exe": opens the executable of the process even if its path leads elsewhere (another
 * mount namespace, a deleted or replaced file).
 */
struct process_exe_path {
	char text[32];
};
struct process_exe_path process_exe_path(uint32_t pid);

/*
 * Returns -ESRCH if there is no such process, -ENOENT if it has no executable, -EACCES if it is not
 * accessible, or an error for which error_is_shortage() is true.
 */
int process_open(uint32_t pid, struct process *ret_process, struct error *err);
/*
 * Fills in a process that has already ended, of which only the id and the executable's path are
 * known. It has no pidfd.
 */
void process_init_placeholder(uint32_t pid, const char *exe, struct process *ret_process);

/*
 * Whether the process still runs the same program as when it was opened. RUNS_NONE: it has ended.
 */
enum process_program { PROCESS_RUNS_SAME, PROCESS_RUNS_OTHER, PROCESS_RUNS_NONE };
enum process_program process_program(const struct process *process);

void process_close(struct process *process);

/* The id of the process to which this thread belongs; the given id if that is not known. */
uint32_t process_of_thread(uint32_t id);

/*
 * Returns 1 and the id if the process runs in a container, 0 if it does not or has ended, a
 * negative errno if descriptors or memory ran out.
 */
int process_container(uint32_t pid, struct container_id *ret_id, struct error *err);

/* The ids of all processes, in ascending order. The caller frees the array. */
int process_list(uint32_t **ret_pids, size_t *ret_count, struct error *err);

#endif
