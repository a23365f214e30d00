/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROBE_H
#define GOHTTPSNOOP_ABI_PROBE_H

#include "binary.h"
#include "capture.h"
#include "expected_call.h"
#include "plan.h"
#include "return_sites.h"
#include "shape.h"

/* A number that a part of the arguments is to be: hits with another one, or without this part, are not wanted. */
struct wanted_number {
	const struct value_step *steps; /* from the object of all arguments */
	size_t step_count;
	uint32_t number;
};

struct probe_request {
	const char *function;
	enum plan_role role;
	const struct capture *captures;
	size_t capture_count;
	/*
	 * The expressions of values of any type. With `wants_arguments`, the probe has arguments even if
	 * there are none in this list.
	 */
	const struct value_request *arguments;
	size_t argument_count;
	bool wants_arguments;
	/* The eBPF program leaves out hits that are not wanted, as far as the numbers can be found at the probe. */
	const struct wanted_number *wanted;
	size_t wanted_count;
	/* The types that were seen in interfaces, for this and other probes; may be NULL. */
	const struct learned_probes *learned;
	uint8_t extras;	     /* a bit for each extra that is captured, too */
	bool on_demand;	     /* the probe is attached only to programs that turn out to need it */
	bool needs_no_types; /* no parameter or result is captured */
	bool allows_missing; /* arguments that do not exist in this binary become null */
	bool drops_excess; /* arguments that do not fit into a plan are left out, the last ones first */
	/* Names with which captures, and arguments, may begin besides the names of parameters. */
	struct scope_roots capture_roots, argument_roots;
	/*
	 * Places the probe on, or after, the only call of this function in `function`; both NULL: at the
	 * begin of `function`. On the call, `@g` and the parameters that the called function takes in
	 * registers can be captured; after the call `@g` and the results that it returned in registers.
	 */
	const char *call, *after_call;
	/* Places the probe on each return of `function`, where its results and `@g` can be captured. */
	bool returns;
	/*
	 * The function returns with its first instruction: a probe at its begin can also capture its results.
	 */
	bool returns_at_once;
	bool notes_results; /* see notes_results of struct scope */
	/* The probe is compiled only if the binary also has this function; NULL: always. */
	const char *companion;
	/*
	 * The probe is compiled only if this call was inlined, so that a probe on the callee does not see it;
	 * or NULL.
	 */
	const struct expected_call *inlined;
	/*
	 * The probe is not compiled if this function exists but does not call `function` directly; or NULL.
	 */
	const char *caller;
	/*
	 * The function, if the caller has looked it up already (generic functions may share a name); or NULL.
	 */
	const struct function *at;
};

enum { PROBE_NO_FIELD = 0xff }; /* field of a cell that belongs to the arguments */

struct probe_cell {
	struct cell cell;
	uint8_t field;
};

enum { PROBE_MAX_CAPTURES = 32 };

/*
 * A probe that is ready to be attached. It may outlive the binary. It owns the shape of its arguments, its
 * captures and its return sites.
 */
struct probe {
	uint64_t entry; /* address of the function */
	struct site site;
	struct plan plan;
	enum type_source source; /* source of the function's parameters and results */
	struct probe_cell cells[PLAN_MAX_CELLS]; /* plan.cell_count elements are used */
	uint64_t unknown; /* bit n: field n exists, but its location in this binary is unknown */
	struct probe_capture *captures; /* in the order of the request; at most PROBE_MAX_CAPTURES */
	uint8_t capture_count;
	bool has_arguments;
	struct shape arguments;
	struct shape_gaps gaps;
	/* All return instructions; the probe is attached to each, with the same plan. */
	struct return_sites returns;
};

void probe_finish(struct probe *probe);

/*
 * Records the cells of the captures in the builder from number `from` on: they belong to this field, or, with
 * PROBE_NO_FIELD, to the arguments.
 */
void probe_name_cells(struct probe *probe, const struct plan_builder *builder, uint16_t from,
		      uint8_t field);

#endif
