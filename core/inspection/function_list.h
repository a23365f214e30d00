/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FUNCTION_LIST_H
#define GOHTTPSNOOP_CORE_FUNCTION_LIST_H

#include "binary.h"
#include "function_request.h"
#include "pclntab.h"

/* Of what one pattern means. */
enum { FUNCTION_LIST_PATTERN_MAX = 64 };

/*
 * A function to trace, and each request that means it. Functions are told apart by their place in the
 * file, as their probes are: two names of one place are one function, called by the first.
 */
struct listed_function {
	struct function function; /* its name lives as long as the binary */
	uint64_t file_offset;
	const struct function_request **requests;
	size_t request_count;
};

struct function_list {
	struct listed_function *items; /* in the order of first mention */
	size_t count;
};

/*
 * Adds the functions that `request` means, which outlives the list; says how many those are, also where
 * that is more than are added. Negative only when there is no memory.
 */
int function_list_add(struct function_list *list, const struct binary *binary,
		      const struct function_request *request, size_t *ret_meant, struct error *err);
void function_list_finish(struct function_list *list);

#endif
