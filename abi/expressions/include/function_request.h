/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_FUNCTION_REQUEST_H
#define GOHTTPSNOOP_ABI_FUNCTION_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "expression.h"

enum { FUNCTION_REQUEST_MAX_CAPTURES = 32 };

/*
 * A function to trace and what to capture there, as a user writes it: `main.(*Shop).Checkout(order.ID,
 * len(order.Items))`. Without a list in parentheses (`has_list` is false) all parameters are captured.
 */
struct function_request {
	char *function; /* name in the binary's function table, or a pattern (function_set.h) */
	struct expression *captures;
	size_t capture_count;
	bool has_list;
	bool is_optional; /* a binary need not have the function; set by the caller */
};

/*
 * Parses a request. Returns -EINVAL if the text or an expression in it is invalid, -E2BIG if an expression is
 * too long, or -ENOMEM. For a syntax error `err` quotes the wrong part of the text. The caller finishes the
 * request.
 */
int function_request_parse(const char *text, struct function_request *ret_request,
			   struct error *err);

/* Returns -EINVAL if requests for the same function use one name for different expressions. */
int function_requests_check(const struct function_request *requests, size_t count,
			    struct error *err);
void function_request_finish(struct function_request *request);

#endif
