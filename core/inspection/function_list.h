/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FUNCTION_LIST_H
#define GOHTTPSNOOP_CORE_FUNCTION_LIST_H

#include "binary.h"
#include "function_request.h"
#include "pclntab.h"

/* The number of functions that one pattern may match if the user gives none. */
enum { FUNCTION_LIST_PATTERN_MAX = 64 };

/*
 * A function to trace, and each request that matches it. Functions are identified by their place in the file, as
 * their probes are: two names of one place are one function, listed under the first name.
 */
struct listed_function {
	struct function function; /* its name lives as long as the binary */
	uint64_t file_offset;
	const struct function_request **requests;
	size_t request_count;
};

struct function_list {
	struct listed_function *items; /* in the order in which they were first named */
	size_t count;
};

/*
 * Adds the functions that `request` matches, at most `max`, and returns their number, which may be larger than the number of added
 * ones. The request must outlive the list. The only failure is -ENOMEM.
 */
int function_list_add(struct function_list *list, const struct binary *binary,
		      const struct function_request *request, size_t max, size_t *ret_meant,
		      struct error *err);
void function_list_finish(struct function_list *list);

#endif
