/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_MEMORY_FILE_H
#define GOHTTPSNOOP_TESTS_MEMORY_FILE_H

#include <stddef.h>
#include <stdint.h>

/* A file that is in no folder, for what is opened by path. */
struct memory_file {
	int fd;
	char path[32];
};

void memory_file_open(struct memory_file *file, const void *data, size_t size);
void memory_file_close(struct memory_file *file);

/* A section of the file below: what `offset` and `size` say of its content. */
struct content_section {
	const char *name;
	uint32_t type, flags;
	size_t offset, size;
};

/* Where the content stands: in the file, and, as one segment of all rights, in memory. */
enum { CONTENT_OFFSET = 256, CONTENT_ADDRESS = 0x400000 + CONTENT_OFFSET };

/*
 * An ELF file of any content: what is fuzzed behind the headers then need not find out how to make
 * headers. The first `dynamic` bytes are the dynamic section. No sections, no section headers.
 */
struct content {
	const uint8_t *data;
	size_t size, dynamic;
	uint16_t machine;
	const struct content_section *sections;
	size_t section_count;
};

void memory_file_around(struct memory_file *file, const struct content *content);

#endif
