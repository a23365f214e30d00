/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array.h"
#include "privilege.h"

static struct file_identity identity_of(const struct stat *status)
{
	return (struct file_identity){
		.device = status->st_dev,
		.inode = status->st_ino,
		.size = status->st_size,
		.modified = status->st_mtim,
		.changed = status->st_ctim,
	};
}

int file_identity_read(const char *path, struct file_identity *ret_identity)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	*ret_identity = identity_of(&status);
	return 0;
}

int file_identity_of(int descriptor, struct file_identity *ret_identity)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0)
		return -errno;
	*ret_identity = identity_of(&status);
	return 0;
}

bool file_is_executable(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111);
}

static bool times_equal(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool file_identity_same_inode(const struct file_identity *a, const struct file_identity *b)
{
	return a->device == b->device && a->inode == b->inode;
}

bool file_identity_equal(const struct file_identity *a, const struct file_identity *b)
{
	return file_identity_same_inode(a, b) && a->size == b->size &&
	       times_equal(&a->modified, &b->modified) && times_equal(&a->changed, &b->changed);
}

struct process_exe_path process_exe_path(uint32_t pid)
{
	struct process_exe_path path;

	snprintf(path.text, sizeof(path.text), "/proc/%u/exe", pid);
	return path;
}

/* A process that has just ended has no name any more. */
static int read_comm(struct process *process, struct error *err)
{
	char path[32];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/comm", process->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && error_is_shortage(-errno))
		return error_fail(err, -errno, "its name cannot be read: %s", strerror(errno));
	if (fd < 0)
		return 0;
	size = read(fd, process->comm, sizeof(process->comm) - 1);
	close(fd);
	if (size > 0 && process->comm[size - 1] == '\n')
		process->comm[size - 1] = '\0';
	return 0;
}

static bool has_ended(const struct process *process)
{
	struct pollfd descriptor = { .fd = process->descriptor, .events = POLLIN };

	return poll(&descriptor, 1, 0) > 0;
}

enum { PROGRAM_READS = 8 };

static int read_link(const char *path, char *text, size_t size)
{
	ssize_t length = readlink(path, text, size - 1);

	text[length < 0 ? 0 : length] = '\0';
	return length < 0 ? -errno : 0;
}

/*
 * Reads path and file of one program, also if the process calls exec meanwhile. The path may change without an end: a
 * file can be renamed again and again.
 */
static int read_program(const char *path, struct process *process)
{
	char before[sizeof(process->exe)];
	int r = read_link(path, process->exe, sizeof(process->exe));

	for (int i = 0; r == 0 && i < PROGRAM_READS; i++) {
		memcpy(before, process->exe, sizeof(before));
		r = file_identity_read(path, &process->file);
		if (r == 0)
			r = read_link(path, process->exe, sizeof(process->exe));
		if (r == 0 && strcmp(before, process->exe) == 0)
			break;
	}
	return r;
}

static int read_exe(struct process *process, struct error *err)
{
	int r = read_program(process_exe_path(process->pid).text, process);

	if (r == -ENOENT)
		return error_fail(err, r,
				  "has no executable: it is a kernel thread or has just ended");
	/* The kernel may report this as a missing right. */
	if (r < 0 && has_ended(process))
		return error_fail(err, -ESRCH, "the process has just ended");
	if (r < 0)
		return privilege_fail(err, r, PRIVILEGE_LOOK, "its executable cannot be accessed");
	return 0;
}

int process_open(uint32_t pid, struct process *ret_process, struct error *err)
{
	struct process process = { .pid = pid };
	int r;

	process.descriptor = syscall(SYS_pidfd_open, pid, 0);
	if (process.descriptor < 0 && (errno == ESRCH || errno == EINVAL))
		r = error_fail(err, -ESRCH, "no such process");
	else if (process.descriptor < 0)
		r = error_fail(err, -errno, "cannot be monitored: %s", strerror(errno));
	else
		r = read_exe(&process, err);
	if (r == 0)
		r = read_comm(&process, err);
	/* What was read may be of a process that was given the same id since. */
	if (r == 0 && has_ended(&process))
		r = error_fail(err, -ESRCH, "the process has just ended");
	if (r < 0) {
		process_close(&process);
		error_subject(err, "pid %u", pid);
		return r;
	}
	*ret_process = process;
	return 0;
}

void process_init_placeholder(uint32_t pid, const char *exe, struct process *ret_process)
{
	const char *slash = strrchr(exe, '/');

	*ret_process = (struct process){ .pid = pid, .descriptor = -1 };
	snprintf(ret_process->exe, sizeof(ret_process->exe), "%s", exe);
	/* The name that the kernel derives from the file. */
	snprintf(ret_process->comm, sizeof(ret_process->comm), "%.15s", slash ? slash + 1 : exe);
}

enum process_program process_program(const struct process *process)
{
	struct file_identity file;

	if (file_identity_read(process_exe_path(process->pid).text, &file) < 0)
		return PROCESS_RUNS_NONE;
	return file_identity_same_inode(&file, &process->file) ? PROCESS_RUNS_SAME :
								 PROCESS_RUNS_OTHER;
}

void process_close(struct process *process)
{
	if (process->descriptor >= 0)
		close(process->descriptor);
	process->descriptor = -1;
}

int process_container(uint32_t pid, struct container_id *ret_id, struct error *err)
{
	char path[32], text[16384];
	size_t size = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && error_is_shortage(-errno))
		return error_fail(err, -errno, "its cgroups cannot be read: %s", strerror(errno));
	if (fd < 0)
		return false;
	while (size < sizeof(text) && (got = read(fd, text + size, sizeof(text) - size)) > 0)
		size += (size_t)got;
	close(fd);
	return container_parse((struct bytes){ (const uint8_t *)text, size }, ret_id);
}

uint32_t process_of_thread(uint32_t id)
{
	static const char mark[] = "\nTgid:\t";
	char path[32], text[1024];
	const char *found;
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/status", id);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return id;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	/* The name before it contains no line end, because the kernel escapes it. */
	found = strstr(text, mark);
	return found ? (uint32_t)strtoul(found + sizeof(mark) - 1, NULL, 10) : id;
}

static int compare_pids(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* Reads the process ids from the names in /proc; returns their number or a negative errno. */
static ssize_t read_pids(DIR *directory, uint32_t **pids)
{
	size_t count = 0;
	struct dirent *entry;

	while ((entry = readdir(directory))) {
		uint32_t *more;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		more = array_grow(*pids, count, sizeof(*more));
		if (!more)
			return -ENOMEM;
		*pids = more;
		(*pids)[count++] = strtoul(entry->d_name, NULL, 10);
	}
	return count;
}

int process_list(uint32_t **ret_pids, size_t *ret_count, struct error *err)
{
	DIR *directory = opendir("/proc");
	uint32_t *pids = NULL;
	ssize_t count;

	if (!directory)
		return error_fail(err, -errno, "/proc cannot be read: %s", strerror(errno));
	count = read_pids(directory, &pids);
	closedir(directory);
	if (count < 0) {
		free(pids);
		return error_fail(err, (int)count, "out of memory");
	}
	if (count > 0)
		qsort(pids, count, sizeof(*pids), compare_pids);
	*ret_pids = pids;
	*ret_count = count;
	return 0;
}
