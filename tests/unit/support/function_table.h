/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FUNCTION_TABLE_H
#define GOHTTPSNOOP_TESTS_FUNCTION_TABLE_H

#include "elf_builder.h"
#include "pclntab.h"

/* A pclntab of Go 1.20 in a small ELF file. Its functions are adjacent, from TABLE_CODE on. */
enum { TABLE_CODE = 0x400000, TABLE_FUNCTION_SIZE = 16 };

struct table_row {
	const char *name;
	uint8_t id;
	uint8_t longer; /* bytes more than TABLE_FUNCTION_SIZE */
	bool is_empty;	/* it has the same entry as the next function */
};

/* The caller closes the table and the image, and releases the file. */
struct pclntab *function_table_open(struct elf_builder *elf, const struct table_row *rows,
				    size_t count, struct image **ret_image);

#endif
