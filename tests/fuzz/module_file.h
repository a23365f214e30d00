/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_MODULE_FILE_H
#define GOHTTPSNOOP_TESTS_MODULE_FILE_H

#include <stdbool.h>

#include "itab.h"
#include "memory_file.h"

/* The number of 16-bit offsets in the head of the input, without and with those of the type links. */
enum { MODULE_OFFSETS = 4, MODULE_OFFSETS_WITH_LINKS = 6 };

/*
 * A file with itabs and type descriptors. The head of the input says where they are: a byte of flags, a byte
 * for the Go release, and offsets into the rest of the input, which is the content of the file.
 */
struct module_file {
	struct memory_file file;
	struct image *image;
	struct module_parts parts;
	struct go_version version;
};

/* Returns false if the input is shorter than its head. */
bool module_file_open(struct module_file *module, const uint8_t *data, size_t size, int offsets);
void module_file_close(struct module_file *module);

#endif
