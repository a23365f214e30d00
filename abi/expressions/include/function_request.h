/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_FUNCTION_REQUEST_H
#define GOHTTPSNOOP_ABI_FUNCTION_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "expression.h"

enum { FUNCTION_REQUEST_MAX_CAPTURES = 32 };

/*
 * A function to trace and what to capture there, as a user writes it: `main.(*Shop).Checkout(order.ID,
 * len(order.Items))`. Without a list in parentheses all parameters are meant.
 */
struct function_request {
	char *function; /* as the binary's function table has it */
	struct expression *captures;
	size_t capture_count;
	bool has_list;
};

/* -EINVAL when the text is none, or an expression in it, with the place in it. The caller finishes the request. */
int function_request_parse(const char *text, struct function_request *ret_request,
			   struct error *err);

/* -EINVAL when requests of one function give one name to two expressions. */
int function_requests_check(const struct function_request *requests, size_t count,
			    struct error *err);
void function_request_finish(struct function_request *request);

#endif
