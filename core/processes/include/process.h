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

/* Which file, in which state: what was found out about it holds as long as these are the same. */
struct file_identity {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
	struct timespec
		changed; /* nobody can set this one back after overwriting the file in place */
};

/* Negative errno when the file cannot be looked at. */
int file_identity_read(const char *path, struct file_identity *ret_identity);
int file_identity_of(int descriptor, struct file_identity *ret_identity);
/* Whether there is a file that somebody may run. */
bool file_is_executable(const char *path);
bool file_identity_equal(const struct file_identity *a, const struct file_identity *b);

/* A running process, as /proc shows it. */
struct process {
	uint32_t pid;
	int descriptor; /* pidfd: readable when the process has ended; never another process */
	char comm[16];
	char exe[PROCESS_MAX_PATH]; /* what /proc/PID/exe links to; for reading */
	struct file_identity file;  /* that it runs */
};

/* "/proc/1234/exe": opens the file the process runs even where the path says otherwise (another mount
 * namespace, a deleted or replaced file). */
struct process_exe_path {
	char text[32];
};
struct process_exe_path process_exe_path(uint32_t pid);

/*
 * -ESRCH when there is no such process, -ENOENT when it runs no file, -EACCES when it may not be looked at;
 * or what ran out (see error_is_shortage()).
 */
int process_open(uint32_t pid, struct process *ret_process, struct error *err);
/* What is to be said of a process that has ended and ran the file of this name. */
void process_init_placeholder(uint32_t pid, const char *exe, struct process *ret_process);

/* What has become of it since it was opened; one that ends runs none. */
enum process_program { PROCESS_RUNS_SAME, PROCESS_RUNS_OTHER, PROCESS_RUNS_NONE };
enum process_program process_program(const struct process *process);

void process_close(struct process *process);

/* The process whose thread has this id; the id itself when that is not known. */
uint32_t process_of_thread(uint32_t id);

/*
 * 1 when it runs in a container, and in which; 0 when it does not, or has ended. Negative errno when
 * descriptors or memory ran out.
 */
int process_container(uint32_t pid, struct container_id *ret_id, struct error *err);

/* All processes there are, in ascending order of PID; the caller frees the array. */
int process_list(uint32_t **ret_pids, size_t *ret_count, struct error *err);

#endif
