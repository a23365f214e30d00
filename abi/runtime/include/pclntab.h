/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PCLNTAB_H
#define GOHTTPSNOOP_ABI_PCLNTAB_H

#include "image.h"
#include "pclntab_format.h"

/*
 * The function table, which every Go binary contains, also when stripped. It has four formats: of Go 1.2 to
 * 1.15, 1.16 to 1.17, 1.18 to 1.19, and 1.20 and later. Since 1.26 it does not contain the text start, which
 * is then read from the moduledata. The table is found by its section (.gopclntab, .data.rel.ro.gopclntab) or
 * by its magic.
 */
struct pclntab;
struct moduledata;

struct function {
	const char *name; /* owned by the pclntab */
	uint64_t entry;	  /* virtual address of the first instruction */
	uint64_t end;	  /* entry of the next function, or the end of the text */
	int32_t stack_size; /* bytes of arguments and results on the caller's stack; negative: unknown */
};

/*
 * Returns -ENOENT if no pclntab is found (not a Go program), -EBADMSG if it is damaged, or -ENOMEM. The
 * caller closes the table; pclntab_close(NULL) is legal.
 */
int pclntab_open(const struct image *image, struct pclntab **ret_table, struct error *err);
void pclntab_close(struct pclntab *table);

enum pclntab_format pclntab_format(const struct pclntab *table);
size_t pclntab_count(const struct pclntab *table);

/* Returns the function at `index` in address order; false if its entry is damaged. */
bool pclntab_at(const struct pclntab *table, size_t index, struct function *ret_function);

/*
 * Returns the first function at or after `*index` with a valid entry, and sets `*index` to its index. Returns
 * false at the end of the table.
 */
bool pclntab_next(const struct pclntab *table, size_t *index, struct function *ret_function);

/* Finds a function by its exact name; false if there is none. Searches linearly, without an index. */
bool pclntab_find(const struct pclntab *table, const char *name, struct function *ret_function);

/*
 * Returns the bytes from the _func of the function at `index` to the end of the loaded table; empty if the
 * entry is damaged. The format of a _func depends on the release; inlining.c, for example, knows it. Owned by
 * the pclntab.
 */
struct bytes pclntab_record(const struct pclntab *table, size_t index);

/*
 * Returns the name table. Functions and inlined calls contain offsets of names in it. Owned by the pclntab.
 */
struct bytes pclntab_names(const struct pclntab *table);

/*
 * Loads the pc tables, tens of megabytes, which map addresses to values. The offsets of pc tables in a _func
 * are offsets in this buffer. Returns -EBADMSG if the pclntab is damaged. The caller releases the buffer.
 */
int pclntab_load_pc_tables(const struct pclntab *table, const struct image *image,
			   struct buffer *ret_buffer, struct error *err);

/*
 * Finds the moduledata that points to this table in `image`, from which the table was read; see moduledata.h.
 */
int pclntab_moduledata(const struct pclntab *table, const struct image *image,
		       struct moduledata *ret_moduledata, struct error *err);

#endif
