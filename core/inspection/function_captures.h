/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FUNCTION_CAPTURES_H
#define GOHTTPSNOOP_CORE_FUNCTION_CAPTURES_H

#include "call_captures.h"
#include "function_request.h"
#include "probe.h"

/*
 * What all requests for one function capture together: each value once, in the order in which they were first named.
 * A request without a list captures all parameters or, if one of them is an *http.Request, the keys of the request;
 * with `latency` also the results.
 */
enum { FUNCTION_MAX_CAPTURES = 1024 };

struct function_capture {
	struct expression expression;
	bool is_result; /* read at the returns of the function */
	bool is_buffer; /* filled by the function, so that its contents mean nothing before */
};

struct function_captures {
	const char *function;
	const struct signature *signature;
	bool latency;
	bool awaits_return;
	bool shows_results;    /* as `ret`, beside the results that have a name */
	bool wants_parameters; /* all parameters, whatever their number */
	bool needs_no_types;   /* no parameter or result is captured */
	size_t request_count, count;
	struct function_capture *items;
};

/* Initialises captures without requests. The function's name and its signature must outlive the captures. */
void function_captures_init(struct function_captures *captures, const char *function,
			    const struct signature *signature, bool latency);

/*
 * Adds the captures of a request. -EINVAL if it uses a name for another value than an earlier request; then the
 * captures cannot be used any more.
 */
int function_captures_add(struct function_captures *captures,
			  const struct function_request *request, struct error *err);
void function_captures_finish(struct function_captures *captures);

/* Returns whether a request captures parameters or results, named or all. */
bool function_request_needs_types(const struct function_request *request);

/* Returns the names of the parameters by which the function takes a request, or its context. */
struct call_parameters function_call_parameters(const struct signature *signature);

/* The captures of one probe. Views into the function's captures and into itself. */
struct probe_values {
	struct value_request *items;
	size_t count;
	uint16_t returned_count;     /* the first of them, which `ret` shows */
	struct expression *returned; /* of these */
};

/* Where captures are read: at the begin of the function, at its returns, or at both at once. */
enum captures_part { CAPTURES_AT_CALL, CAPTURES_AT_RETURN, CAPTURES_AT_ONCE };

/* The only failure is -ENOMEM. */
int function_captures_values(const struct function_captures *captures, enum captures_part part,
			     struct probe_values *ret_values, struct error *err);
void probe_values_finish(struct probe_values *values);

#endif
