/* SPDX-License-Identifier: MIT */
#include "breakpoint.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "go_libraries.h"
#include "process_map.h"

/*
 * The longest breakpoint, that of arm64. Single bytes of it may be equal to those of the instruction. On x86-64 a
 * breakpoint has one byte; comparing the others does no harm.
 */
#define BREAKPOINT_SIZE 4

static int file_read_part(const char *path, uint64_t offset, void *data, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = pread(fd, data, size, (off_t)offset);
	if (got < 0)
		got = -errno;
	close(fd);
	return (int)got;
}

static int proc_read(uint32_t pid, const char *name, uint64_t offset, void *data, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	return file_read_part(path, offset, data, size);
}

/* Finds where the program itself, and not its loader, begins to run: an address in its code. */
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

/* A search for the address of a byte of a mapped file: of a library, or of the program that begins at `entry`. */
struct address_search {
	const char *library; /* or NULL */
	uint64_t entry;
	uint64_t file_offset;
	uint64_t address; /* 0: not found */
};

static bool breakpoint_visit(void *user, const struct mapping *mapping)
{
	struct address_search *search = user;
	bool is_file = search->library ?
			       strcmp(mapping->path, search->library) == 0 :
			       search->entry >= mapping->start && search->entry < mapping->end;

	if (!is_file || search->file_offset < mapping->file_offset ||
	    search->file_offset - mapping->file_offset >= mapping->end - mapping->start)
		return true;
	search->address = mapping->start + (search->file_offset - mapping->file_offset);
	return false;
}

static int address_find(uint32_t pid, const char *library, uint64_t file_offset,
			uint64_t *ret_address)
{
	struct address_search search = { .library = library, .file_offset = file_offset };
	int r = library ? 0 : entry_find(pid, &search.entry);

	if (r == 0)
		r = process_map_walk(pid, breakpoint_visit, &search);
	if (r < 0)
		return r;
	*ret_address = search.address;
	return search.address ? 0 : -ENOENT;
}

static int code_read(uint32_t pid, const char *library, uint64_t offset, void *data, size_t size)
{
	if (!library)
		return proc_read(pid, "exe", offset, data, size);
	return file_read_part(library_path(pid, library).text, offset, data, size);
}

int breakpoint_stands(uint32_t pid, const char *library, uint64_t file_offset)
{
	uint8_t in_memory[BREAKPOINT_SIZE], in_file[BREAKPOINT_SIZE];
	uint64_t address;
	int r = address_find(pid, library, file_offset, &address), read = 0;

	if (r == 0)
		r = read = proc_read(pid, "mem", address, in_memory, sizeof(in_memory));
	if (r > 0)
		r = code_read(pid, library, file_offset, in_file, (size_t)read);
	if (r < 0)
		return r;
	/* At the end of the file less than a whole breakpoint may be read. */
	return r == 0 ? -ESRCH : memcmp(in_memory, in_file, (size_t)r) != 0;
}
