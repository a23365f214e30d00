/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROBE_H
#define GOHTTPSNOOP_ABI_PROBE_H

#include "binary.h"
#include "plan.h"
#include "shape.h"

/* What to capture at a function: a row of a protocol's table, or what a user asked for. */
struct capture {
	const char *expression;
	uint8_t field; /* the caller's name for the value, handed through */
	bool required; /* the probe is of no use without it */
	bool elsewhere; /* where there is no such field the value exists all the same, and is not known */
	uint32_t lookahead; /* see plan_add() */
};

/* A direct call that a function makes unless the compiler inlined it. */
struct expected_call {
	const char *caller, *callee;
};

struct probe_request {
	const char *function;
	enum plan_role role;
	const struct capture *captures;
	size_t capture_count;
	/* Values of any type, by expressions; with `wants_arguments` there are arguments, if only none. */
	const struct value_request *arguments;
	size_t argument_count;
	bool wants_arguments;
	/* What interfaces of this probe were seen to hold, among others; may be NULL. */
	const struct learned_probes *learned;
	bool needs_no_types; /* nothing of the function's parameters and results is captured */
	bool allows_missing; /* arguments that do not exist in this binary are null */
	bool drops_excess; /* arguments that a plan has no room for are left out, the last first */
	/* Names by which the captures, and the arguments, may speak of values beside the parameters. */
	struct scope_roots capture_roots, argument_roots;
	/* Place the probe on, or after, the one call of this function in `function`; both NULL: at its
	 * begin. On the call nothing but `@g` can be captured, after it also the results that the call left
	 * in registers. */
	const char *call, *after_call;
	/* Or on each return of `function`, where there are its results, and `@g`. */
	bool returns;
	/* At the begin of a function that returns with its first instruction: with its results. */
	bool returns_at_once;
	bool notes_results; /* see struct scope */
	/* Of use only in binaries that also have this function; NULL: in all. */
	const char *companion;
	/* Of use only where this call was inlined, so that a probe on the callee is blind; or NULL. */
	const struct expected_call *inlined;
	/* Of use only while this function calls it directly; or NULL. */
	const char *caller;
	/* The function, where it was looked up already (generic ones share a name); or NULL. */
	const struct function *at;
};

enum { PROBE_NO_FIELD = 0xff }; /* of a cell that belongs to the arguments */

struct probe_cell {
	struct cell cell;
	uint8_t field;
};

enum {
	PROBE_MAX_EXPRESSION = 96,
	PROBE_MAX_WAY = 96,
	PROBE_MAX_REASON = 160,
	PROBE_MAX_CAPTURES = 32
};

/* What became of a capture: where its value is, or why there is none. */
struct probe_capture {
	char expression[PROBE_MAX_EXPRESSION];
	uint8_t field;
	int result;		    /* 0, or a negative errno */
	char why[PROBE_MAX_REASON]; /* when `result` is negative */
	/* When it is not: the type, and "rdi +16 +56", a register and what is added before each pointer
	 * is followed. */
	char type[PROBE_MAX_WAY];
	char way[PROBE_MAX_WAY];
	enum type_source source; /* of what describes where it is */
};

/* A probe ready to be attached. It outlives the binary, and owns the shape of its arguments. */
struct probe {
	uint64_t entry; /* of the function */
	struct site site;
	struct plan plan;
	enum type_source source;		 /* of the function's parameters and results */
	struct probe_cell cells[PLAN_MAX_CELLS]; /* plan.cell_count of them */
	uint32_t unknown; /* bit n: field n exists, but where it lies in this binary is not known */
	struct probe_capture captures[PROBE_MAX_CAPTURES]; /* in the order of the request */
	uint8_t capture_count;
	bool has_arguments;
	struct shape arguments;
	struct shape_gaps gaps;
	struct return_sites returns; /* where else it is attached, for the same plan: all of them */
};

/*
 * Compiles a request for one binary. Captures that are not required and that this binary cannot give
 * (an older Go has no such field) are left out. -ENOENT when the request does not fit the binary: it
 * has no such function, call or companion, or the call was not inlined. -ENODATA when the function is
 * there but nothing describes its parameters.
 */
int probe_compile(const struct binary *binary, const struct probe_request *request,
		  const struct capture_spec *spec, struct probe *ret_probe, struct error *err);

void probe_finish(struct probe *probe);

/* Whether the binary has both functions and the caller no longer calls the callee. */
bool probe_is_inlined(const struct binary *binary, const struct expected_call *call);

#endif
