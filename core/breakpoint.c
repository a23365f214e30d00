/* SPDX-License-Identifier: MIT */
#include "breakpoint.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * The longest breakpoint, that of arm64, of which single bytes may be those of the instruction. On x86-64 it has one byte,
 * and the rest is compared for nothing.
 */
#define BREAKPOINT_SIZE 4

static int proc_open(uint32_t pid, const char *name)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int proc_read(uint32_t pid, const char *name, uint64_t offset, void *data, size_t size)
{
	int fd = proc_open(pid, name);
	ssize_t got;

	if (fd < 0)
		return fd;
	got = pread(fd, data, size, (off_t)offset);
	if (got < 0)
		got = -errno;
	close(fd);
	return (int)got;
}

/* Where the program, and not what loads it, begins to run: in its code. */
static int entry_find(uint32_t pid, uint64_t *ret_entry)
{
	Elf64_auxv_t vector[64];
	int size = proc_read(pid, "auxv", 0, vector, sizeof(vector));

	if (size < 0)
		return size;
	for (size_t i = 0; i < (size_t)size / sizeof(vector[0]); i++) {
		if (vector[i].a_type == AT_ENTRY) {
			*ret_entry = vector[i].a_un.a_val;
			return 0;
		}
	}
	return -ENOENT;
}

/* The address in the mapping that holds `entry` where the file's byte at `file_offset` is mapped. */
static int address_find(uint32_t pid, uint64_t entry, uint64_t file_offset, uint64_t *ret_address)
{
	int fd = proc_open(pid, "maps"), r = -ENOENT;
	FILE *maps = fd < 0 ? NULL : fdopen(fd, "re");
	char line[512];

	if (!maps) {
		if (fd >= 0)
			close(fd);
		return fd < 0 ? fd : -ENOMEM;
	}
	/* The rest of a line with a long path is read as a line of its own, and begins with no range. */
	while (r == -ENOENT && fgets(line, sizeof(line), maps)) {
		uint64_t start, end, offset;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*4s %" SCNx64, &start, &end, &offset) !=
			    3 ||
		    entry < start || entry >= end)
			continue;
		if (file_offset < offset || file_offset - offset >= end - start)
			break;
		*ret_address = start + (file_offset - offset);
		r = 0;
	}
	fclose(maps);
	return r;
}

int breakpoint_stands(uint32_t pid, uint64_t file_offset)
{
	uint8_t in_memory[BREAKPOINT_SIZE], in_file[BREAKPOINT_SIZE];
	uint64_t entry, address;
	int r = entry_find(pid, &entry), read = 0;

	if (r == 0)
		r = address_find(pid, entry, file_offset, &address);
	if (r == 0)
		r = read = proc_read(pid, "mem", address, in_memory, sizeof(in_memory));
	if (r > 0)
		r = proc_read(pid, "exe", file_offset, in_file, (size_t)read);
	if (r < 0)
		return r;
	/* Where the file ends there may be less than a whole one. */
	return r == 0 ? -ESRCH : memcmp(in_memory, in_file, (size_t)r) != 0;
}
