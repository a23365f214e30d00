/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PCLNTAB_H
#define GOHTTPSNOOP_ABI_PCLNTAB_H

#include "image.h"
#include "pclntab_format.h"

/*
 * The table of functions that every Go binary carries, stripped or not. Four formats: Go 1.2 to 1.15,
 * 1.16 to 1.17, 1.18 to 1.19, 1.20 and later (from 1.26 without the text start, which then comes from
 * the moduledata). Found by section name (.gopclntab, .data.rel.ro.gopclntab) or by its magic.
 */
struct pclntab;
struct moduledata;

struct function {
	const char *name; /* owned by the pclntab */
	uint64_t entry;	  /* virtual address of the first instruction */
	uint64_t end;	  /* entry of the next function, or the end of the text */
	int32_t stack_size; /* bytes of arguments and results on the caller's stack; negative: not said */
};

/* -ENOENT when no pclntab is found (not a Go program), -EBADMSG when it is damaged. */
int pclntab_open(const struct image *image, struct pclntab **ret_table, struct error *err);
void pclntab_close(struct pclntab *table);

enum pclntab_format pclntab_format(const struct pclntab *table);
size_t pclntab_count(const struct pclntab *table);

/* The function at `index` in address order; false when its entry is damaged. */
bool pclntab_at(const struct pclntab *table, size_t index, struct function *ret_function);

/*
 * The first function at or after `*index` whose entry is not damaged; moves `*index` to it. False at the end of
 * the table.
 */
bool pclntab_next(const struct pclntab *table, size_t *index, struct function *ret_function);

/* By exact name; false when absent. One pass over the name table, no index is built. */
bool pclntab_find(const struct pclntab *table, const char *name, struct function *ret_function);

/*
 * What the table holds of the function at `index`, from its _func on to the end of all of them; empty
 * when there is none. For those who know what follows (inlining.c); owned by the pclntab.
 */
struct bytes pclntab_record(const struct pclntab *table, size_t index);

/* The names that functions, also inlined ones, are given by their offset of; owned by the pclntab. */
struct bytes pclntab_names(const struct pclntab *table);

/* What offsets in a _func to tables of values by address count from: tens of megabytes. */
int pclntab_load_pc_tables(const struct pclntab *table, const struct image *image,
			   struct buffer *ret_buffer, struct error *err);

/* The moduledata that the table belongs to, in the image it was opened from; see moduledata.h. */
int pclntab_moduledata(const struct pclntab *table, const struct image *image,
		       struct moduledata *ret_moduledata, struct error *err);

#endif
