/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CODE_SEARCH_H
#define GOHTTPSNOOP_ABI_CODE_SEARCH_H

#include "disassembler.h"
#include "pclntab.h"
#include "site.h"

enum { CODE_SEARCH_ALL = 1 << 20 }; /* bytes; no function that is searched is larger */

/* The search for a site in one function. The image and the function must outlive it. */
struct code_search {
	const struct image *image;
	const struct function *function;
	struct disassembler *disassembler;
};

/* -EBADMSG if the function is empty. Errors of all functions name the function. */
int code_search_open(struct code_search *search, const struct image *image,
		     const struct function *function, struct error *err);
void code_search_close(struct code_search *search);

/* Loads at most `size` bytes of the function's code from `address` on. The caller releases them. */
int code_search_load(const struct code_search *search, uint64_t address, uint64_t size,
		     struct buffer *ret_code, struct error *err);

/* Loads the whole function. -E2BIG if it is too large. The caller releases the code. */
int code_search_load_function(const struct code_search *search, struct buffer *ret_code,
			      struct error *err);

/* -EBADMSG if the disassembler stopped at an unknown instruction: there may be further matches after it. */
int code_search_check_end(const struct code_search *search, struct error *err);

/* Sets the site's file offset by its address. -EBADMSG if it is in no executable segment. */
int code_search_file_offset(const struct code_search *search, struct site *site, struct error *err);

#endif
