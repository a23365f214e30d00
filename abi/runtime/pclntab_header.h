/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PCLNTAB_HEADER_H
#define GOHTTPSNOOP_ABI_PCLNTAB_HEADER_H

#include "image.h"
#include "pclntab_format.h"

enum { PCLNTAB_FORMATS = PCLNTAB_GO_1_20 + 1 };

/*
 * The header of a pclntab. `names`, `names_end`, `pc_tables` and `functab` are offsets from the table's
 * start.
 */
struct pclntab_header {
	enum pclntab_format format;
	uint64_t count, text_start;
	uint64_t names, names_end; /* names_end 0: unknown, the names are spread over the table */
	uint64_t pc_tables, functab;
};

/* Writes the first 8 bytes of a pclntab. */
void pclntab_magic(enum pclntab_format format, enum machine machine, uint8_t ret_magic[8]);

/* Returns the number of bytes of each of the two fields of a functab element. */
uint64_t pclntab_field_width(enum pclntab_format format);

/* Returns false if there is no header at `address`, or an implausible one. */
bool pclntab_header_read(const struct image *image, uint64_t address,
			 struct pclntab_header *ret_header);

#endif
