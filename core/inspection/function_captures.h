/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FUNCTION_CAPTURES_H
#define GOHTTPSNOOP_CORE_FUNCTION_CAPTURES_H

#include "function_request.h"
#include "probe.h"

/*
 * What all requests for one function capture together: each value once, in the order of first mention.
 * A request without a list asks for all parameters or, where one of them is an *http.Request, for the keys
 * of the request; with `latency` also for what the function returns.
 */
enum { FUNCTION_MAX_CAPTURES = 1024 };

struct function_capture {
	struct expression expression;
	bool is_result; /* read where the function returns */
	bool is_buffer; /* that the function is to fill: what it holds before is nobody's value */
};

struct function_captures {
	const char *function;
	const struct signature *signature;
	bool latency;
	bool awaits_return;
	bool shows_results;    /* as `ret`, apart from the results that have a name */
	bool wants_parameters; /* all of them, however many there are */
	bool needs_no_types; /* of the function: nothing of its parameters and results is captured */
	size_t request_count, count;
	struct function_capture *items;
};

/* Without any request yet; the function's name and its signature outlive the captures. */
void function_captures_init(struct function_captures *captures, const char *function,
			    const struct signature *signature, bool latency);

/*
 * Adds what a request asks for. -EINVAL when it gives a name to another value than an earlier request
 * does: nothing of the captures is then of use.
 */
int function_captures_add(struct function_captures *captures,
			  const struct function_request *request, struct error *err);
void function_captures_finish(struct function_captures *captures);

/* Whether a request captures something of the parameters or results, or of all that may be there. */
bool function_request_needs_types(const struct function_request *request);

/* The name of the parameter through which a function takes an *http.Request; NULL when it takes none. */
const char *function_request_parameter(const struct signature *signature);

/* Captures of one probe, as it is compiled from them. Views into the function's captures and into itself. */
struct probe_wishes {
	struct shape_wish *wishes;
	size_t count;
	uint16_t returned_count;     /* the first of them: what `ret` is to show */
	struct expression *returned; /* of these */
};

/* Where they are read: where the function begins, where it returns, or where it does both at once. */
enum captures_part { CAPTURES_AT_CALL, CAPTURES_AT_RETURN, CAPTURES_AT_ONCE };

/* -ENOMEM is the only failure. */
int function_captures_wishes(const struct function_captures *captures, enum captures_part part,
			     struct probe_wishes *ret_wishes, struct error *err);
void probe_wishes_finish(struct probe_wishes *wishes);

#endif
