/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_MEMORY_FILE_H
#define GOHTTPSNOOP_TESTS_MEMORY_FILE_H

#include <stddef.h>
#include <stdint.h>

/* A file in memory, for functions that open a file by its path. */
struct memory_file {
	int fd;
	char path[32];
};

void memory_file_open(struct memory_file *file, const void *data, size_t size);
void memory_file_close(struct memory_file *file);

/* A section of the ELF file below; `offset` and `size` are a range of the content. */
struct content_section {
	const char *name;
	uint32_t type, flags;
	size_t offset, size;
};

/* The place of the content in the file, and in memory, where it is one segment with all access rights. */
enum { CONTENT_OFFSET = 256, CONTENT_ADDRESS = 0x400000 + CONTENT_OFFSET };

/*
 * An ELF file with any content: a fuzzer that tests the content need not learn to make valid headers. The
 * first `dynamic` bytes are the dynamic section. The file has section headers only if there are sections.
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
