/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_CAPTURE_RUN_H
#define GOHTTPSNOOP_TESTS_CAPTURE_RUN_H

#include "argument_cuts.h"
#include "convention.h"
#include "go_types.h"
#include "go_value.h"
#include "redaction.h"

/*
 * Runs a capture from expressions to JSON without a kernel. The expressions are compiled to a plan. The eBPF
 * program executes the plan over a fake memory, in which the parameters lie as a Go program of the given
 * version has them. Its record is decoded and written as JSON.
 */
enum { CAPTURE_MAX_PARAMETERS = 8, CAPTURE_MAX_JSON = 1 << 16 };

struct capture_call {
	enum machine machine;
	struct go_version version;
	struct types *types;
	const char *names[CAPTURE_MAX_PARAMETERS];
	struct go_value values[CAPTURE_MAX_PARAMETERS];
	size_t count;
	uint16_t max_elements; /* captured elements of a whole array, slice or map; 0: 8 */
	uint32_t max_string;   /* 0: 256 */
	bool is_paged_out;     /* no memory is resident, and the program may sleep */
	bool hides_secrets;
};

struct captured {
	char json[CAPTURE_MAX_JSON];
	struct argument_cuts cuts;
	bool was_short; /* the plan was short; both programs wrote the same record */
};

/*
 * Captures the expressions of a comma-separated list; NULL: all parameters. Returns -EINVAL and similar
 * errors if the list is refused, -E2BIG also if the capture does not fit into a plan of the usual bounds.
 */
int capture_run(const struct capture_call *call, const char *list, struct captured *ret_captured,
		struct error *err);

#endif
